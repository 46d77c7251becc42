namespace FastPath.Cli.Bench.Measuring;

/// <summary>What many pairs of blocks come to.</summary>
internal sealed record PairedTimes(IReadOnlyList<PairedTime> Pairs)
{
    /// <summary>
    /// Geometric mean of the middle half of the pairs' ratios: above 1 where what was tested takes longer. Blocks take one of a
    /// few times, by where threads come to lie; a median jumps from one to the next, and stalls would rule a mean of all.
    /// </summary>
    public double Ratio
    {
        get
        {
            double[] logarithms = [.. Pairs.Select(pair => Math.Log(pair.Tested / pair.Reference)).Order()];
            int tail = logarithms.Length / 4;
            return Math.Exp(logarithms[tail..^tail].Average());
        }
    }

    /// <summary>Median of the blocks, microseconds.</summary>
    public double Tested => Figures.Median(Pairs.Select(pair => pair.Tested));

    /// <summary>Median of the blocks, microseconds.</summary>
    public double Reference => Figures.Median(Pairs.Select(pair => pair.Reference));
}
