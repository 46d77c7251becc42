using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

/// <summary>Every reason for which a stream may end, provoked by either side: the other one hears that reason, and both count one end.</summary>
public sealed class ReasonCodeScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(60);

    public static TheoryData<int> Codes =>
        [.. Enum.GetValues<StreamErrorCode>().Where(code => code != StreamErrorCode.None).Select(code => (int)code)];

    [Theory]
    [MemberData(nameof(Codes))]
    [Trait("Scenario", "T1")]
    public void A_reason_reaches_the_other_end_and_is_counted_once_at_both(int number)
    {
        var code = (StreamErrorCode)number;
        foreach (bool isBySender in (bool[])[true, false])
        {
            using var chain = new SimulatedChain(1, new LinkModel { Loss = 0.02 }, hops: 1);
            chain.ReaderWants = 1_000;
            SimulatedWriter writer = chain.Send(chain.Payload(600_000));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: 1_000 }], Limit));
            SimulatedReader reader = chain.Readers[0];
            AssertCounted(chain, active: 1, ended: 0);
            End(chain, writer, reader, code, isBySender);
            reader.Want(long.MaxValue, chain.World.Now);
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null && reader.Ended is not null, Limit), $"{code}: no end");
            Assert.Equal((code, code), (writer.Ended, reader.Ended));
            Assert.Equal((1, 1), (writer.EndedTimes, reader.EndedTimes));
            AssertCounted(chain, active: 0, ended: 1);
            bool isCancelled = code == StreamErrorCode.Cancelled;
            StreamCounters sends = chain.Nodes[0].StreamCounters;
            StreamCounters receives = chain.Nodes[1].StreamCounters;
            Assert.Equal(isCancelled ? (1L, 1L) : (0L, 0L), (sends.SendsCancelled, receives.ReceivesCancelled));
        }
    }

    private static void End(SimulatedChain chain, SimulatedWriter writer, SimulatedReader reader, StreamErrorCode code, bool isBySender)
    {
        if (code == StreamErrorCode.ConnectionLost)
        {
            Connection connection = isBySender ? chain.Link(0, 1) : chain.Link(1, 0);
            connection.Close(chain.World.Now, CloseCode.None, "gone");
        }
        else if (isBySender)
        {
            writer.Stream.Connection.Streams.Reset(writer.Stream, code);
        }
        else
        {
            reader.Stream.Connection.Streams.Stop(reader.Stream, code);
        }
    }

    private static void AssertCounted(SimulatedChain chain, long active, long ended)
    {
        StreamCounters sends = chain.Nodes[0].StreamCounters;
        StreamCounters receives = chain.Nodes[1].StreamCounters;
        long sendsEnded = sends.SendsCompleted + sends.SendsFailed + sends.SendsCancelled;
        long receivesEnded = receives.ReceivesCompleted + receives.ReceivesFailed + receives.ReceivesCancelled;
        Assert.Equal((ended, ended), (sendsEnded, receivesEnded));
        Assert.Equal((active, active), (sends.SendsStarted - sendsEnded, receives.ReceivesStarted - receivesEnded));
    }
}
