using FastPath.Benchmarks.PerCommit;

namespace FastPath.Conventions.Tests.PerCommit;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData(FigureKind.Time, 100, 114, false)]
    [InlineData(FigureKind.Time, 100, 116, true)]
    [InlineData(FigureKind.Time, 100, 50, false)]
    [InlineData(FigureKind.Rate, 100, 88, false)]
    [InlineData(FigureKind.Rate, 100, 86, true)]
    [InlineData(FigureKind.Rate, 100, 300, false)]
    [InlineData(FigureKind.Allocation, 0, 0.9, false)]
    [InlineData(FigureKind.Allocation, 0, 8.1, true)]
    [InlineData(FigureKind.Allocation, 9_000, 9_400, false)]
    [InlineData(FigureKind.Allocation, 9_000, 9_500, true)]
    [InlineData(FigureKind.Calls, 1_000, 1_290, false)]
    [InlineData(FigureKind.Calls, 1_000, 1_310, true)]
    [InlineData(FigureKind.Packets, 1_000, 1_040, false)]
    [InlineData(FigureKind.Packets, 1_000, 1_260, true)]
    public void Worse_beyond_the_band_is_a_regression(FigureKind kind, double before, double now, bool expected) =>
        Assert.Equal(expected, Compare(kind, [before], [now]).IsRegression);

    [Fact]
    public void Times_are_judged_by_the_median_of_the_pairs_so_one_slow_phase_does_not_count()
    {
        Assert.False(Compare(FigureKind.Time, [100, 100, 900], [100, 500, 900]).IsRegression);
        Assert.True(Compare(FigureKind.Time, [100, 200, 900], [130, 260, 900]).IsRegression);
    }

    [Fact]
    public void Counts_are_judged_by_their_least()
    {
        Assert.False(Compare(FigureKind.Calls, [10, 11, 12], [10, 40, 50]).IsRegression);
        Assert.True(Compare(FigureKind.Calls, [10, 40, 50], [14, 15, 16]).IsRegression);
    }

    [Fact]
    public void The_short_form_fails_for_counts_and_only_prints_times()
    {
        Comparison slower = Compare(FigureKind.Time, [100], [200]);
        Comparison hungrier = Compare(FigureKind.Allocation, [0], [50]);
        var output = new StringWriter();
        Assert.True(PerCommitRun.Judge([slower], isShort: true, output));
        Assert.Contains("slower", output.ToString(), StringComparison.Ordinal);
        Assert.False(PerCommitRun.Judge([slower], isShort: false, TextWriter.Null));
        Assert.False(PerCommitRun.Judge([hungrier], isShort: true, output));
        Assert.Contains("FAILED", output.ToString(), StringComparison.Ordinal);
    }

    private static Comparison Compare(FigureKind kind, double[] before, double[] now) =>
        new("sample", new Figure("figure", kind), before, now);
}
