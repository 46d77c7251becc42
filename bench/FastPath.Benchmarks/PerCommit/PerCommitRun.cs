using System.Text.Json;

namespace FastPath.Benchmarks.PerCommit;

/// <summary>Compares two built commits and says whether the newer one may stay.</summary>
internal static class PerCommitRun
{
    private const int Pairs = 7;
    private const int PairsShort = 3;

    // A busy machine makes everything slow: from then on one pair of each has to do.
    private static readonly TimeSpan BudgetShort = TimeSpan.FromSeconds(40);

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="isShort">Fewer pairs, and times are printed but never a reason to fail.</param>
    /// <param name="folder">Where the document goes, named after the commit.</param>
    /// <returns>False on a regression.</returns>
    public static bool Execute(bool isShort, string folder, CommandLine previous, CommandLine current, TextWriter output)
    {
        TimeSpan budget = isShort ? BudgetShort : TimeSpan.MaxValue;
        var run = new PairedRun(previous, current, isShort ? PairsShort : Pairs, budget, output);
        run.Execute(isShort ? CommitMeasurement.SuiteShort : CommitMeasurement.Suite);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, $"{current.Commit}.json"), run.ToJson().ToJsonString(Indented));
        return Judge(run.Comparisons, isShort, output);
    }

    /// <summary>Prints every comparison and counts those that are a reason to fail.</summary>
    public static bool Judge(IReadOnlyList<Comparison> comparisons, bool isShort, TextWriter output)
    {
        int failures = 0;
        foreach (Comparison comparison in comparisons)
        {
            bool fails = comparison.IsRegression && !(isShort && comparison.IsTime);
            failures += fails ? 1 : 0;
            string word = fails ? "FAILED" : comparison.IsRegression ? "slower" : "";
            output.WriteLine(
                $"{comparison.Name,-44} {comparison.Previous.Min(),12:0.###} {comparison.Current.Min(),12:0.###} "
                + $"{comparison.Ratio,8:0.000} {word}");
        }

        output.WriteLine($"{comparisons.Count} figures compared, {failures} failures (columns: least before, least now, ratio; above 1 is worse)");
        return failures == 0;
    }
}
