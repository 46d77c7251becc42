using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Bench.Throughput;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Scale;

/// <summary>Many connections and streams: what an idle one keeps, and how those at work share the node.</summary>
internal static class ScaleBench
{
    /// <param name="options">Of every node.</param>
    /// <param name="connections">Idle, all to one socket.</param>
    /// <param name="active">At work, each to a node of its own.</param>
    /// <param name="loops">Threads that the nodes of the active ones share; null for one each.</param>
    /// <param name="streams">On each.</param>
    /// <param name="bytes">Over all streams.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<ScaleReport> RunAsync(
        FastPathOptions options, int connections, int active, int? loops, int streams, long bytes, CancellationToken cancellationToken)
    {
        IdleConnectionFigures connection = await IdleConnections.MeasureAsync(options, connections, cancellationToken).ConfigureAwait(false);
        double stream = await IdleStreams.MeasureAsync(options, streams, cancellationToken).ConfigureAwait(false);
        await using var receiver = new LocalReceiver(options, active, loops);
        await using StreamSender sender = await StreamSender.ConnectAsync(
            options, receiver.Addresses, cancellationToken).ConfigureAwait(false);
        await sender.RunAsync(receiver, streams, bytes / 10, cancellationToken).ConfigureAwait(false);
        ThroughputRun run = await sender.RunAsync(receiver, streams, bytes, cancellationToken).ConfigureAwait(false);
        return new ScaleReport(
            Document.Create(sender.Node, sender.Peer),
            connections,
            streams,
            active,
            loops ?? active,
            bytes,
            connection,
            stream,
            run,
            MachineLimits.Measure(options, sender.Peer));
    }
}
