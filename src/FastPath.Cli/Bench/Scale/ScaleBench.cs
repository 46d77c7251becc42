using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Throughput;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Scale;

/// <summary>Many connections and streams: what an idle one keeps, and how those at work share the node.</summary>
internal static class ScaleBench
{
    // Each has a node of its own with its thread and socket; idle ones share a socket.
    private const int ActiveMax = 64;
    private const int WarmUps = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public static async Task<ScaleReport> RunAsync(
        FastPathOptions options, int connections, int streams, long bytes, CancellationToken cancellationToken)
    {
        (double Managed, double Native) connection = await MeasureIdleAsync(options, connections, cancellationToken).ConfigureAwait(false);
        double stream = await IdleStreams.MeasureAsync(options, streams, cancellationToken).ConfigureAwait(false);
        int active = Math.Min(connections, ActiveMax);
        await using var receiver = new LocalReceiver(options);
        await using StreamSender sender = await StreamSender.ConnectAsync(
            options, receiver.Address, active, cancellationToken).ConfigureAwait(false);
        await sender.RunAsync(receiver, streams, bytes / 10, cancellationToken).ConfigureAwait(false);
        ThroughputRun run = await sender.RunAsync(receiver, streams, bytes, cancellationToken).ConfigureAwait(false);
        return new ScaleReport(
            Document.Create(sender.Node, sender.Peer),
            connections,
            streams,
            active,
            bytes,
            connection.Managed,
            connection.Native,
            stream,
            run,
            MachineLimits.Measure(options, sender.Peer));
    }

    private static async Task<(double Managed, double Native)> MeasureIdleAsync(
        FastPathOptions options, int connections, CancellationToken cancellationToken)
    {
        await using FastPathNode node = RawNodes.Start(options with { IdleTimeout = Patience });
        using var crowd = new Crowd(options);
        await Task.Run(() => crowd.Connect(node, WarmUps, cancellationToken), cancellationToken).ConfigureAwait(false);
        Footprint before = Footprint.Take(node);
        await Task.Run(() => crowd.Connect(node, connections, cancellationToken), cancellationToken).ConfigureAwait(false);
        Footprint after = Footprint.Take(node);
        int open = node.Peers.Count;
        return open == connections + WarmUps
            ? after.Per(connections, before)
            : throw new InvalidOperationException($"{open} of {connections + WarmUps} connections are open");
    }
}
