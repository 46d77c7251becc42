namespace FastPath.Cli.Bench.Measuring;

/// <summary>What many pairs of blocks come to.</summary>
internal sealed record PairedTimes(IReadOnlyList<PairedTime> Pairs)
{
    /// <summary>Median of the pairs' ratios: above 1 where what was tested takes longer.</summary>
    public double Ratio => Figures.Median(Pairs.Select(pair => pair.Tested / pair.Reference));

    /// <summary>Median of the blocks, microseconds.</summary>
    public double Tested => Figures.Median(Pairs.Select(pair => pair.Tested));

    /// <summary>Median of the blocks, microseconds.</summary>
    public double Reference => Figures.Median(Pairs.Select(pair => pair.Reference));
}
