using FastPath.Cli.Bench.Chains;
using FastPath.Cli.Bench.Comparison;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Bench.Measuring;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Relay;

/// <summary>A large stream through relays: how fast, how soon, and what each relay holds.</summary>
internal static class RelayBench
{
    private const long WarmUpBytes = 2_000_000;

    public static async Task<RelayReport> RunAsync(
        FastPathOptions options, long size, int hops, int runs, bool compares, bool hasLimits, CancellationToken cancellationToken)
    {
        await using NodeChain chain = await NodeChain.StartAsync(options, hops, cancellationToken).ConfigureAwait(false);
        TlsChain? tls = compares ? await TlsChain.ConnectAsync(hops, cancellationToken).ConfigureAwait(false) : null;
        await using (tls)
        {
            await chain.TransferAsync(Math.Min(size, WarmUpBytes), cancellationToken).ConfigureAwait(false);
            if (tls is not null)
            {
                await tls.TransferAsync(Math.Min(size, WarmUpBytes), cancellationToken).ConfigureAwait(false);
            }

            var results = new List<RelayRun>();
            var others = new List<ChainTransfer>();
            for (int i = 0; i < runs; i++)
            {
                chain.ResetPeaks();
                Usage before = Usage.Of(chain.Nodes);
                ChainTransfer transfer = await chain.TransferAsync(size, cancellationToken).ConfigureAwait(false);
                results.Add(new RelayRun(
                    transfer,
                    Usage.Of(chain.Nodes) - before,
                    [.. chain.Relays.Select(relay => relay.Host.RetainedPeakBytes)],
                    [.. chain.Relays.Select(relay => relay.Host.RelayReorderPeakBytes)]));
                if (tls is not null)
                {
                    others.Add(await tls.TransferAsync(size, cancellationToken).ConfigureAwait(false));
                }
            }

            return new RelayReport(
                Document.Create(chain.Nodes[0], chain.First),
                size,
                hops,
                results,
                others,
                chain.Nodes[0].Socket.Report.ReceiveBatchBytes,
                hasLimits ? MachineLimits.Measure(options, chain.First) : null);
        }
    }
}
