using FastPath.Protocol.Operations;
using FastPath.Simulation.Operations;

namespace FastPath.Simulation.Tests.Operations;

public sealed class ChurnScenarioTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [Trait("Scenario", "P5")]
    [Trait("Scenario", "T1")]
    public void Of_2000_operations_on_16_nodes_that_come_and_go_each_ends_once_and_for_a_reason(ulong seed)
    {
        var run = new ChurnRun(seed, nodes: 16, keys: 200);
        run.Run(operations: 2_000, operationsPerDeparture: 50);
        AssertRight(run);
        int againAfterLoss = run.Questions.AfterLoss;
        run.RunCalm();
        AssertRight(run);
        Assert.Equal(againAfterLoss, run.Questions.AfterLoss);

        // The run is worth its name: all of it happened, and most of it went well.
        Assert.True(run.Departures > 20);
        Assert.True(run.Operations.Count(o => o.Status == OperationStatus.Done) > 1_000);
        Assert.Contains(run.Operations, o => o.Status == OperationStatus.NotFound);
        Assert.True(run.Questions.AfterLoss > 0);
    }

    private static void AssertRight(ChurnRun run)
    {
        string? wrong = run.Judge();
        Assert.True(wrong is null, wrong);
    }
}
