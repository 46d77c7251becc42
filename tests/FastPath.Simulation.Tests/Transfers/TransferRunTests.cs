using FastPath.Protocol.Streams;
using FastPath.Simulation.Transfers;

namespace FastPath.Simulation.Tests.Transfers;

public sealed class TransferRunTests
{
    private const ulong Count = 1_000;

    [Fact]
    [Trait("Scenario", "R10")]
    [Trait("Scenario", "P5")]
    public void A_thousand_transfers_end_with_identical_bytes_or_with_a_failure_that_the_fault_explains()
    {
        var broken = new List<string>();
        var identical = new HashSet<FaultKind>();
        var failed = new HashSet<FaultKind>();
        for (ulong seed = 1; seed <= Count; seed++)
        {
            TransferResult result = TransferRun.Run(TransferPlan.Of(seed));
            broken.AddRange(result.Violations.Select(violation => $"{result.Plan}: {violation}"));
            (result.IsIdentical ? identical : failed).Add(result.Plan.Fault.Kind);
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));

        // Every kind of fault was drawn, survived once and not survived once; without one nothing fails.
        Assert.Equal(Enum.GetValues<FaultKind>(), identical.Order());
        Assert.Equal(Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.None), failed.Order());
    }

    [Fact]
    public void A_seed_replays()
    {
        for (ulong seed = 1; seed <= 30; seed++)
        {
            TransferResult first = TransferRun.Run(TransferPlan.Of(seed));
            TransferResult second = TransferRun.Run(TransferPlan.Of(seed));
            Assert.Equal(
                (first.IsIdentical, first.Failure, first.Time, first.PayloadBytesSent, first.PayloadBytesSentAgain),
                (second.IsIdentical, second.Failure, second.Time, second.PayloadBytesSent, second.PayloadBytesSentAgain));
        }
    }

    [Fact]
    public void A_fault_explains_its_own_codes_where_they_can_be_seen_and_nothing_when_it_is_harmless()
    {
        var crash = new Fault(FaultKind.Crash, 0, 0, 0, null);
        Assert.True(Explanations.Explains(crash, TransferRole.Sink, StreamErrorCode.UpstreamLost));
        Assert.False(Explanations.Explains(crash, TransferRole.Source, StreamErrorCode.UpstreamLost));
        Assert.False(Explanations.Explains(crash, TransferRole.Sink, StreamErrorCode.FlowControl));
        Assert.False(Explanations.Explains(Fault.None, TransferRole.Sink, StreamErrorCode.Stalled));
        var shortPause = new Fault(FaultKind.Pause, 0, 0, 0, Protocol.Time.Duration.FromSeconds(2));
        Assert.False(Explanations.Explains(shortPause, TransferRole.Sink, StreamErrorCode.Stalled));
    }
}
