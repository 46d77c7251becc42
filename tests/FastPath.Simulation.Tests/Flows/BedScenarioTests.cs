using System.Globalization;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>The links of the bed of namespaces, where no other process disturbs.</summary>
public sealed class BedScenarioTests
{
    private const double SecondsEach = 15;

    // What loss keeps far below the link gets less to move.
    private const double SecondsOfFewBytes = 2;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_loss_leaves_to_a_background_flow_is_what_its_gain_explains(int number)
    {
        // Half at each loss and a share of a datagram a round trip: on short paths far less than a standard flow gets.
        BedLink link = BedLink.All[number];
        var law = new TransferCase(CongestionAlgorithm.Ledbat, link.Model.Delay * 2, link.Loss, link.BytesPerSecond, 1);
        double share = Enumerable.Range(1, 3).Average(seed =>
            link.Run(CongestionAlgorithm.Ledbat, (ulong)seed, SecondsOfFewBytes).MegabitsOfSecondHalf * 125_000 / PathBound.PayloadRateOf(law));
        Assert.InRange(share, 0.75, 1.3);
    }

    [Fact]
    public void Loss_in_bursts_leaves_the_model_based_controller_its_rate_and_a_short_queue()
    {
        BedOutcome[] runs = [.. Enumerable.Range(1, 15).Select(seed => BedLink.All[3].Run(CongestionAlgorithm.Bbr, (ulong)seed, SecondsEach))];
        double share = Median(runs, run => run.Megabits) / BedLink.All[3].Megabits;
        Assert.True(share >= 0.87, $"{share:0.000} of the link");
        Assert.True(Median(runs, run => run.QueueMs) <= 2.5, $"{Median(runs, run => run.QueueMs):0.0} ms of queue");
    }

    [Theory]
    [InlineData(0, 0.94, 1.5)]
    [InlineData(1, 0.92, 1.5)]
    [InlineData(2, 0.9, 1.5)]
    [InlineData(3, 0.84, 4)]
    public void Hosts_that_wake_up_late_leave_the_model_based_controller_its_rate_and_a_short_queue(int number, double shareMin, double queueMsMax)
    {
        // The greatest of many samples is then some per cent too high: ten milliseconds stood in the queue for it.
        BedLink link = BedLink.All[number];
        BedOutcome[] runs = [.. Enumerable.Range(1, 3).Select(seed => link.Run(
            CongestionAlgorithm.Bbr, (ulong)seed, SecondsEach, ackJitter: Duration.FromMilliseconds(4)))];
        Assert.InRange(Median(runs, run => run.Megabits) / link.Megabits, shareMin, 1);
        Assert.InRange(Median(runs, run => run.QueueMs), 0, queueMsMax);
    }

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
                double seconds = algorithm == CongestionAlgorithm.Bbr || link.Loss == 0 ? SecondsEach : SecondsOfFewBytes;
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
