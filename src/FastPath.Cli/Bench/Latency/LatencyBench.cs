using FastPath.Cli.Bench.Chains;
using FastPath.Cli.Bench.Comparison;
using FastPath.Cli.Bench.Limits;
using FastPath.Cli.Output;
using FastPath.Options;

namespace FastPath.Cli.Bench.Latency;

/// <summary>First byte of a short stream through idle nodes, again and again.</summary>
internal static class LatencyBench
{
    private const int WarmUps = 20;

    public static async Task<LatencyReport> RunAsync(
        FastPathOptions options, int hops, int count, long size, bool compares, CancellationToken cancellationToken)
    {
        await using NodeChain chain = await NodeChain.StartAsync(options, hops, cancellationToken).ConfigureAwait(false);
        TlsChain? tls = compares ? await TlsChain.ConnectAsync(hops, cancellationToken).ConfigureAwait(false) : null;
        await using (tls)
        {
            double[] firstByte = new double[count];
            double[] fromCall = new double[count];
            double[] tlsFirstByte = new double[tls is null ? 0 : count];
            for (int i = -Math.Min(WarmUps, count); i < count; i++)
            {
                ChainTransfer transfer = await chain.TransferAsync(size, cancellationToken).ConfigureAwait(false);
                ChainTransfer other = tls is null
                    ? default
                    : await tls.TransferAsync(size, cancellationToken).ConfigureAwait(false);
                if (i >= 0)
                {
                    firstByte[i] = transfer.FirstByteMicroseconds;
                    fromCall[i] = transfer.CallToFirstByteMicroseconds;
                    tlsFirstByte.AsSpan(Math.Min(i, tlsFirstByte.Length)).Fill(other.FirstByteMicroseconds);
                }
            }

            Array.Sort(firstByte);
            Array.Sort(fromCall);
            Array.Sort(tlsFirstByte);
            double[] echo = SealedEcho.Measure(options.Engine, chain.First.Cipher, SealedEcho.ShortBytes, SealedEcho.ShortCount);
            return new LatencyReport(
                Document.Create(chain.Nodes[0], chain.First), hops, size, firstByte, fromCall, tlsFirstByte, echo);
        }
    }
}
