namespace FastPath.Benchmarks.PerCommit;

/// <summary>One figure of two commits, measured in turn.</summary>
/// <param name="Previous">Of each pair.</param>
/// <param name="Current">Of the same pairs.</param>
internal sealed record Comparison(string Measurement, Figure Figure, double[] Previous, double[] Current)
{
    /// <summary>A paired ratio of times within this of 1 is noise.</summary>
    public const double NoiseBand = 0.15;

    /// <summary>
    /// Bytes an operation that may be added unnoticed: nodes and windows are set up once, and the short run spreads that over few
    /// fragments; where windows widen by themselves it differs from run to run.
    /// </summary>
    public const double AllocationBand = 8;

    /// <summary>By how much the bytes may grow where there are many: what is allocated once is spread over few.</summary>
    public const double AllocationRatioMax = 1.05;

    public const double CallsRatioMax = 1.3;

    /// <summary>How soon the path's long packets are found, and how full windows keep them, differs from run to run.</summary>
    public const double PacketsRatioMax = 1.25;

    public string Name => $"{Measurement}.{Figure.Name}";

    public bool IsTime => Figure.Kind is FigureKind.Time or FigureKind.Rate;

    /// <summary>Above 1: this commit is worse. Times: median of the paired ratios; counts: the least of one over that of the other.</summary>
    public double Ratio
    {
        get
        {
            if (!IsTime)
            {
                double before = Previous.Min();
                return before > 0 ? Current.Min() / before : Current.Min() > 0 ? double.PositiveInfinity : 1;
            }

            double[] ratios = [.. Previous.Zip(Current, (before, now) => Figure.Kind == FigureKind.Time ? now / before : before / now)];
            Array.Sort(ratios);
            return ratios[ratios.Length / 2];
        }
    }

    /// <summary>Worse by more than chance explains.</summary>
    public bool IsRegression => Figure.Kind switch
    {
        FigureKind.Allocation => Current.Min() > (Previous.Min() * AllocationRatioMax) + AllocationBand,
        FigureKind.Calls => Ratio > CallsRatioMax,
        FigureKind.Packets => Ratio > PacketsRatioMax,
        _ => Ratio > 1 + NoiseBand,
    };
}
