using System.Globalization;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Round trip x loss x size x rate: what a transfer gets, beside what the path would give it.</summary>
public sealed class GoodputScenarioTests
{
    private const int Seeds = 3;
    private static readonly double[] RoundTripsMs = [1, 20, 50, 137, 300];
    private static readonly double[] Losses = [0, 0.001, 0.01, 0.05];
    private static readonly int[] Sizes = [100_000, 1_000_000, 10_000_000];
    private static readonly long[] Megabits = [10, 100, 1_000];

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F8")]
    public void A_sample_of_the_grid_keeps_its_share_of_the_path(string name)
    {
        CongestionAlgorithm algorithm = ControllerData.Parse(name);
        foreach (double roundTripMs in RoundTripsMs)
        {
            foreach (double loss in Losses)
            {
                AssertShare(CaseOf(algorithm, roundTripMs, loss, 100, 100_000));
                AssertShare(CaseOf(algorithm, roundTripMs, loss, 10, 1_000_000));
            }
        }

        AssertShare(CaseOf(algorithm, 1, 0, 1_000, 10_000_000));
        AssertShare(CaseOf(algorithm, 20, 0.01, 100, 10_000_000));
        AssertShare(CaseOf(algorithm, 137, 0, 100, 10_000_000));
        AssertShare(CaseOf(algorithm, 137, 0.001, 10, 10_000_000));
    }

    [Fact]
    [Trait("Scenario", "F8")]
    public void Random_loss_does_not_slow_the_model_based_controller_down()
    {
        foreach (double loss in (double[])[0.01, 0.05])
        {
            TransferCase transfer = CaseOf(CongestionAlgorithm.Bbr, 50, loss, 100, 10_000_000);
            double lossless = transfer.PayloadBytes / transfer.ReferenceWithoutLoss.Seconds;
            double share = transfer.PayloadBytes / Median(transfer).Taken.Seconds / lossless;
            Assert.True(share >= 0.75, $"{loss}: {share:0.00} of the link");
        }
    }

    [Fact]
    [Trait("Scenario", "F8")]
    public void A_repeated_run_is_the_same_run()
    {
        TransferCase transfer = CaseOf(CongestionAlgorithm.Bbr, 20, 0.01, 100, 1_000_000);
        Assert.Equal(transfer.Run(7), transfer.Run(7));
        Assert.NotEqual(transfer.Run(7).Taken, transfer.Run(8).Taken);
    }

    /// <summary>The whole grid for every controller, as a table; with the default streams beside it, where their windows limit.</summary>
    [OnDemandFact]
    [Trait("Scenario", "F8")]
    public void The_whole_grid_is_written_as_a_table()
    {
        string path = Environment.GetEnvironmentVariable(OnDemandFactAttribute.GridFile)!;
        using var writer = new StreamWriter(path);
        foreach (CongestionAlgorithm algorithm in Enum.GetValues<CongestionAlgorithm>())
        {
            WriteTable(writer, algorithm, SimulatedBottleneck.SettingsFor(algorithm), "streams as wide as the path");
            WriteTable(writer, algorithm, DefaultSettings(algorithm), "default streams");
        }
    }

    private static void WriteTable(TextWriter writer, CongestionAlgorithm algorithm, EndpointSettings settings, string title)
    {
        writer.WriteLine($"\n{algorithm}, {title}: Mbit/s, and per cent of the reference\n");
        writer.Write("| RTT, loss |");
        string columns = string.Concat(Megabits.SelectMany(rate => Sizes.Select(size => $" {rate} Mbit, {size / 1e6:0.#} MB |")));
        writer.WriteLine(columns);
        writer.WriteLine("| --- |" + string.Concat(Enumerable.Repeat(" ---: |", Megabits.Length * Sizes.Length)));
        foreach (double roundTripMs in RoundTripsMs)
        {
            foreach (double loss in Losses)
            {
                writer.Write($"| {roundTripMs:0} ms, {loss * 100:0.#} % |");
                foreach (long rate in Megabits)
                {
                    foreach (int size in Sizes)
                    {
                        writer.Write(CellOf(CaseOf(algorithm, roundTripMs, loss, rate, size), settings));
                    }
                }

                writer.WriteLine();
            }
        }
    }

    private static string CellOf(TransferCase transfer, EndpointSettings settings)
    {
        try
        {
            TransferOutcome outcome = Median(transfer, settings);
            double goodput = transfer.PayloadBytes * 8e-6 / outcome.Taken.Seconds;
            return string.Create(CultureInfo.InvariantCulture, $" {goodput:0.0}, {outcome.Share * 100:0} |");
        }
        catch (InvalidOperationException)
        {
            return " stalled |";
        }
    }

    private static EndpointSettings DefaultSettings(CongestionAlgorithm algorithm) => EndpointSettings.Default with
    {
        Connection = EndpointSettings.Default.Connection with
        {
            Recovery = RecoverySettings.Default with { Congestion = algorithm },
        },
    };

    private static TransferCase CaseOf(CongestionAlgorithm algorithm, double roundTripMs, double loss, long megabits, int size) =>
        new(algorithm, Duration.FromMilliseconds(roundTripMs), loss, megabits * 125_000, size);

    private static void AssertShare(TransferCase transfer)
    {
        TransferOutcome outcome = Median(transfer);
        Assert.True(outcome.Share >= ShareMin(transfer), $"{outcome.Share:0.00} of the reference: {transfer}, {outcome}");
    }

    private static double ShareMin(TransferCase transfer)
    {
        double share = transfer.Loss == 0 ? 0.9 : 0.6;
        if (transfer.Algorithm != CongestionAlgorithm.Ledbat)
        {
            return share;
        }

        // Background traffic grows by its gain and not by doubling: it starts slowly, and after a loss it regains as slowly.
        double gain = 1 / Math.Clamp(Math.Ceiling(120 / transfer.RoundTrip.Milliseconds), 1, 16);
        return transfer.Loss == 0 ? 0.35 : share * Math.Sqrt(gain);
    }

    private static TransferOutcome Median(TransferCase transfer, EndpointSettings? settings = null)
    {
        int seeds = transfer.Loss == 0 ? 1 : Seeds;
        return Enumerable.Range(1, seeds).Select(seed => transfer.Run((ulong)seed, settings)).OrderBy(outcome => outcome.Taken)
            .ElementAt(seeds / 2);
    }
}
