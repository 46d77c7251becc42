using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>Round trip x loss x size x rate: what a transfer gets, beside what the path would give it.</summary>
public sealed class GoodputScenarioTests
{
    private const int Seeds = 5;
    private static readonly double[] RoundTripsMs = [1, 20, 50, 137, 300];
    private static readonly double[] Losses = [0, 0.001, 0.01, 0.05];

    private const string Heading = """
        # Transfers over the grid of paths

        Seconds that a transfer took, of those that it may take; in virtual time, the median of five seeds where there is loss
        (random, in both directions). The queue of the link holds one round trip, at least 60 kB.

        What may be taken: without loss 1.15 times the ideal, which is a window of ten datagrams that doubles each round trip
        until it covers the link, and then the link's rate; with loss the ideal and the size at 60 % of what the algorithm can
        reach: CUBIC by RFC 9438, section 5, the model-based controller the link less the loss up to 1 % and twice CUBIC's
        at 5 %, LEDBAT++ a Reno flow with its gain. The ideal of LEDBAT++ grows by its gain as well and makes the slowdown that
        follows the start.

        *In italics*: longer, but no longer than 1.15 times the ideal and one round trip. A path that holds the whole transfer
        leaves no time for the round trip that the repair of a loss takes. **Bold**: longer than that.

        Written anew by `FASTPATH_GRID=$PWD/native-notes/congestion-grid.md dotnet test tests/FastPath.Simulation.Tests -c Release
        --filter The_whole_grid`.

        """;

    [Theory]
    [ClassData(typeof(ControllerData))]
    [Trait("Scenario", "F8")]
    public void A_sample_of_the_grid_keeps_its_share_of_the_path(string name)
    {
        CongestionAlgorithm algorithm = ControllerData.Parse(name);
        var transfers = new List<TransferCase>
        {
            GoodputGrid.CaseOf(algorithm, 1, 0, 1_000, 10_000_000),
            GoodputGrid.CaseOf(algorithm, 20, 0.01, 100, 10_000_000),
            GoodputGrid.CaseOf(algorithm, 137, 0, 100, 10_000_000),
            GoodputGrid.CaseOf(algorithm, 137, 0.001, 10, 10_000_000),
        };
        foreach (double roundTripMs in RoundTripsMs)
        {
            foreach (double loss in Losses)
            {
                transfers.Add(GoodputGrid.CaseOf(algorithm, roundTripMs, loss, 100, 100_000));
                transfers.Add(GoodputGrid.CaseOf(algorithm, roundTripMs, loss, 10, 1_000_000));
            }
        }

        AssertInTime(transfers);
    }

    [Fact]
    [Trait("Scenario", "F8")]
    public void Random_loss_does_not_slow_the_model_based_controller_down()
    {
        foreach (double loss in (double[])[0.01, 0.05])
        {
            TransferCase transfer = GoodputGrid.CaseOf(CongestionAlgorithm.Bbr, 50, loss, 100, 10_000_000);
            double share = PathBound.IdealOf(transfer).Seconds / transfer.Median(Seeds).Taken.Seconds;
            Assert.True(share >= 0.75, $"{loss}: {share:0.00} of the link");
        }
    }

    [Theory]
    [InlineData(50, 0)]
    [InlineData(50, 0.01)]
    [InlineData(137, 0.001)]
    [InlineData(137, 0.01)]
    [InlineData(300, 0.001)]
    [InlineData(300, 0.01)]
    [Trait("Scenario", "F8")]
    public void Windows_that_follow_the_rate_take_no_time_beyond_that_of_the_path(double roundTripMs, double loss)
    {
        TransferCase transfer = GoodputGrid.CaseOf(CongestionAlgorithm.Bbr, roundTripMs, loss, 1_000, 10_000_000);
        AssertInTime([transfer], EndpointSettings.Default);
        double wide = transfer.Median(Seeds).Taken.Seconds;
        double followed = transfer.Median(Seeds, EndpointSettings.Default).Taken.Seconds;
        Assert.True(followed <= wide * 1.02, $"{followed:0.000} s, with wide windows {wide:0.000} s");
    }

    [Theory]
    [InlineData(20, 0.001)]
    [InlineData(20, 0.01)]
    [InlineData(50, 0.001)]
    [InlineData(50, 0.01)]
    [InlineData(137, 0.001)]
    [InlineData(137, 0.01)]
    [InlineData(300, 0.001)]
    [InlineData(300, 0.01)]
    [Trait("Scenario", "F8")]
    public void A_path_that_holds_the_whole_transfer_leaves_no_time_for_a_repair_and_needs_none(double roundTripMs, double loss)
    {
        (int Megabits, int Size)[] held = [(1_000, 100_000), (1_000, 1_000_000), (1_000, 10_000_000), (100, 100_000), (100, 1_000_000), (10, 100_000)];
        AssertInTime(held.Select(cell => GoodputGrid.CaseOf(CongestionAlgorithm.Bbr, roundTripMs, loss, cell.Megabits, cell.Size)));
    }

    [Fact]
    [Trait("Scenario", "F8")]
    public void A_background_flow_on_a_path_much_longer_than_its_target_does_not_leave_the_link_empty() =>
        AssertInTime([GoodputGrid.CaseOf(CongestionAlgorithm.Ledbat, 300, 0, 10, 10_000_000)]);

    [Fact]
    [Trait("Scenario", "F8")]
    public void A_repeated_run_is_the_same_run()
    {
        TransferCase transfer = GoodputGrid.CaseOf(CongestionAlgorithm.Bbr, 20, 0.01, 100, 1_000_000);
        Assert.Equal(transfer.Run(7), transfer.Run(7));
        Assert.NotEqual(transfer.Run(7).Taken, transfer.Run(8).Taken);
    }

    [OnDemandFact(OnDemandFactAttribute.GridFile)]
    [Trait("Scenario", "F8")]
    public void The_whole_grid_is_written_as_a_table()
    {
        string path = Environment.GetEnvironmentVariable(OnDemandFactAttribute.GridFile)!;
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        writer.WriteLine(Heading);
        var grid = new GoodputGrid(writer);
        foreach (CongestionAlgorithm algorithm in Enum.GetValues<CongestionAlgorithm>())
        {
            grid.Write(algorithm, $"{algorithm}");
        }

        // Where windows that follow the rate begin to matter: only what the default settings grant is in flight.
        grid.Write(CongestionAlgorithm.Bbr, "The default settings", EndpointSettings.Default);

    }

    /// <summary>Names all that are late, not only the first.</summary>
    private static void AssertInTime(IEnumerable<TransferCase> transfers, EndpointSettings? settings = null)
    {
        var late = new List<string>();
        foreach (TransferCase transfer in transfers)
        {
            TransferOutcome outcome = transfer.Median(Seeds, settings);
            Duration limit = PathBound.LimitOf(transfer);
            if (outcome.Taken > limit)
            {
                late.Add($"{outcome.Taken} of {limit}: {transfer}, {outcome}");
            }
        }

        Assert.True(late.Count == 0, string.Join(Environment.NewLine, late));
    }
}
