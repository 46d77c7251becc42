using System.Diagnostics;
using FastPath.Cli.Bench.Comparison;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;

namespace FastPath.Cli.Bench.Throughput;

/// <summary>Many bytes from one node to another, as fast as they go.</summary>
internal sealed class ThroughputBench(ThroughputSettings settings)
{
    // Untimed, so that compiling the code on first use is not measured as network.
    private const long CompileBytes = 4_000_000;

    private readonly List<ThroughputRun> _runs = [];
    private readonly List<double> _tcp = [];
    private readonly List<double> _tls = [];

    public async Task<ThroughputReport> RunAsync(CancellationToken cancellationToken)
    {
        IReceivingSide receiver = settings.Processes == 1
            ? new LocalReceiver(settings.Options, settings.Connections, settings.Loops)
            : await ReceiverProcess.StartAsync(
                settings.Connections, settings.Loops, settings.Arguments, cancellationToken).ConfigureAwait(false);
        await using IReceivingSide owned = receiver;
        StreamSender sender = await ConnectAsync(receiver, cancellationToken).ConfigureAwait(false);
        try
        {
            await sender.RunAsync(
                receiver, settings.Streams, Math.Min(CompileBytes, settings.Bytes), cancellationToken).ConfigureAwait(false);
            if (settings.IsWarm)
            {
                await sender.RunAsync(receiver, settings.Streams, settings.Bytes, cancellationToken).ConfigureAwait(false);
            }

            for (int i = 0; i < settings.Runs; i++)
            {
                if (!settings.IsWarm)
                {
                    await sender.DisposeAsync().ConfigureAwait(false);
                    sender = await ConnectAsync(receiver, cancellationToken).ConfigureAwait(false);
                }

                _runs.Add(await sender.RunAsync(receiver, settings.Streams, settings.Bytes, cancellationToken).ConfigureAwait(false));
                if (settings.Compares)
                {
                    _tcp.Add(await CompareAsync(receiver, isSecure: false, cancellationToken).ConfigureAwait(false));
                    _tls.Add(await CompareAsync(receiver, isSecure: true, cancellationToken).ConfigureAwait(false));
                }
            }

            return new ThroughputReport(
                settings,
                Document.Create(sender.Node, sender.Peer),
                _runs.OrderBy(run => run.Seconds).ElementAt(_runs.Count / 2),
                settings.HasLimits ? MachineLimits.Measure(settings.Options, sender.Peer) : null,
                settings.Compares ? Figures.Median(_tcp) : null,
                settings.Compares ? Figures.Median(_tls) : null);
        }
        finally
        {
            await sender.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<StreamSender> ConnectAsync(IReceivingSide receiver, CancellationToken cancellationToken) =>
        StreamSender.ConnectAsync(settings.Options, receiver.Addresses, cancellationToken);

    /// <returns>MB/s of one connection, its handshakes not counted.</returns>
    private async Task<double> CompareAsync(IReceivingSide receiver, bool isSecure, CancellationToken cancellationToken)
    {
        int port = await receiver.ExpectSocketAsync(isSecure, settings.Bytes, cancellationToken).ConfigureAwait(false);
        await using Stream stream = await SocketSource.ConnectAsync(isSecure, port, cancellationToken).ConfigureAwait(false);
        long start = Stopwatch.GetTimestamp();
        await SocketSource.WriteAsync(stream, settings.Bytes, cancellationToken).ConfigureAwait(false);
        Receipt receipt = await receiver.TakeReceiptAsync(cancellationToken).ConfigureAwait(false);
        return settings.Bytes / 1e6 / Stopwatch.GetElapsedTime(start, receipt.EndedAt).TotalSeconds;
    }
}
