namespace FastPath.Cli.Bench.Measuring;

/// <summary>What many measured values come to.</summary>
internal static class Figures
{
    /// <summary>The middle one; the values are left in order of size.</summary>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length == 0 ? double.NaN : values[values.Length / 2];
    }

    public static double Median(IEnumerable<double> values) => Median([.. values]);

    /// <param name="sorted">In order of size; at least one.</param>
    /// <param name="part">0.5 for the median, 0.99 for what one in a hundred exceeds.</param>
    public static double Percentile(ReadOnlySpan<double> sorted, double part) =>
        sorted[(int)Math.Min(sorted.Length - 1L, (long)(part * sorted.Length))];

    /// <summary>Jain's index: 1 when all got the same, 1/n when one got everything.</summary>
    public static double Fairness(ReadOnlySpan<double> shares)
    {
        double sum = 0;
        double squares = 0;
        foreach (double share in shares)
        {
            sum += share;
            squares += share * share;
        }

        return squares == 0 ? double.NaN : sum * sum / (shares.Length * squares);
    }
}
