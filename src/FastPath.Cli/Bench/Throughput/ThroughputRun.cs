using FastPath.Cli.Bench.Measuring;

namespace FastPath.Cli.Bench.Throughput;

/// <summary>One timed transfer.</summary>
/// <param name="Seconds">From the first stream's opening to the last byte read.</param>
/// <param name="Sender">What the sending process used; both ends when they share one.</param>
/// <param name="Receiver">What the receiving process used; null when it is the sender's.</param>
/// <param name="Shares">Bytes of each stream when the first one ended.</param>
internal sealed record ThroughputRun(double Seconds, Usage Sender, Usage? Receiver, double[] Shares)
{
    public Usage Both => Receiver is { } receiver ? Sender + receiver : Sender;
}
