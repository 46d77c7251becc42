using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Throughput;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Scale;

/// <summary>Many connections and streams: what an idle one keeps, and how those at work share the node.</summary>
internal static class ScaleBench
{
    // Each leads to a node of its own with its thread and socket; idle ones share a socket.
    private const int ActiveMax = 64;

    public static async Task<ScaleReport> RunAsync(
        FastPathOptions options, int connections, int streams, long bytes, CancellationToken cancellationToken)
    {
        IdleConnectionFigures connection = await IdleConnections.MeasureAsync(options, connections, cancellationToken).ConfigureAwait(false);
        double stream = await IdleStreams.MeasureAsync(options, streams, cancellationToken).ConfigureAwait(false);
        int active = Math.Min(connections, ActiveMax);
        await using var receiver = new LocalReceiver(options, active);
        await using StreamSender sender = await StreamSender.ConnectAsync(
            options, receiver.Addresses, cancellationToken).ConfigureAwait(false);
        await sender.RunAsync(receiver, streams, bytes / 10, cancellationToken).ConfigureAwait(false);
        ThroughputRun run = await sender.RunAsync(receiver, streams, bytes, cancellationToken).ConfigureAwait(false);
        return new ScaleReport(
            Document.Create(sender.Node, sender.Peer),
            connections,
            streams,
            active,
            bytes,
            connection,
            stream,
            run,
            MachineLimits.Measure(options, sender.Peer));
    }
}
