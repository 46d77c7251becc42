using System.Globalization;
using FastPath.Protocol.Congestion;
using FastPath.Simulation.Flows;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>The links of the bed of namespaces, where no other process disturbs.</summary>
public sealed class BedScenarioTests
{
    private const double SecondsEach = 15;

    [OnDemandFact(OnDemandFactAttribute.BedFile)]
    public void The_links_of_the_bed_are_written_as_a_table()
    {
        using var writer = new StreamWriter(Environment.GetEnvironmentVariable(OnDemandFactAttribute.BedFile)!) { NewLine = "\n" };
        writer.WriteLine("| link | controller | Mbit/s | in the second half | median queue, ms |");
        writer.WriteLine("| --- | --- | ---: | ---: | ---: |");
        foreach (BedLink link in BedLink.All)
        {
            foreach (CongestionAlgorithm algorithm in Enum.GetValues<CongestionAlgorithm>())
            {
                // What loss keeps far below the link gets less to move.
                double seconds = algorithm == CongestionAlgorithm.Bbr || link.Loss == 0 ? SecondsEach : SecondsEach / 8;
                BedOutcome[] runs = [.. Enumerable.Range(1, link.Loss == 0 ? 1 : 3).Select(seed => link.Run(algorithm, (ulong)seed, seconds))];
                writer.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {link.Title} | {algorithm} | {Median(runs, run => run.Megabits):0.0} | {Median(runs, run => run.MegabitsOfSecondHalf):0.0} | {Median(runs, run => run.QueueMs):0.0} |"));
                writer.Flush();
            }
        }
    }

    private static double Median(BedOutcome[] runs, Func<BedOutcome, double> value) => runs.Select(value).Order().ElementAt(runs.Length / 2);
}
