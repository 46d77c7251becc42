using System.Diagnostics;
using FastPath.Cli.Bench.Measuring;
using FastPath.Options;

namespace FastPath.Cli.Bench.Scale;

/// <summary>Connections that have shaken hands and say nothing from then on; their other ends are forgotten at once.</summary>
internal static class IdleConnections
{
    private const int WarmUps = 8;

    // Nobody answers a keep-alive: none may be due while they are counted.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public static async Task<IdleConnectionFigures> MeasureAsync(
        FastPathOptions options, int connections, CancellationToken cancellationToken)
    {
        await using FastPathNode node = RawNodes.Start(options with { IdleTimeout = Patience });
        using var crowd = new Crowd(options);
        await Task.Run(() => crowd.Connect(node, WarmUps, cancellationToken), cancellationToken).ConfigureAwait(false);
        Footprint before = Footprint.Take(node);
        TimeSpan busyBefore = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        await Task.Run(() => crowd.Connect(node, connections, cancellationToken), cancellationToken).ConfigureAwait(false);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        TimeSpan busy = Environment.CpuUsage.TotalTime - busyBefore;
        Footprint after = Footprint.Take(node);
        int open = node.Peers.Count;
        if (open != connections + WarmUps)
        {
            throw new InvalidOperationException($"{open} of {connections + WarmUps} connections are open");
        }

        (double managed, double native) = after.Per(connections, before);
        return new IdleConnectionFigures(managed, native, took / connections, busy / connections);
    }
}
