using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

public sealed class DuplicateScenarioTests
{
    private static readonly Duration Limit = Duration.FromSeconds(300);

    [Fact]
    [Trait("Scenario", "O2")]
    public void The_opening_told_several_times_at_any_moment_is_one_stream_with_one_end()
    {
        const int Size = 3_000;
        for (int times = 1; times <= 5; times++)
        {
            foreach (long moment in (long[])[0, 1_000, Size, Size + 1])
            {
                using var chain = new SimulatedChain(1, new LinkModel(), hops: 1);
                Connection connection = chain.Link(1, 0);
                byte[] payload = chain.Payload(Size);
                for (long at = 0; at <= Size + 1; at += at < Size ? 1_000 : 1)
                {
                    for (int i = 0; at == moment && i < times; i++)
                    {
                        Open(chain, 0, Size);
                    }

                    int offset = (int)Math.Min(at, Size);
                    int length = Math.Min(1_000, Size - offset);
                    ForgedPacket.Give(
                        connection, chain.World.Now, (ref writer) => new FragmentFrame(0, offset, payload.AsSpan(offset, length)).Write(ref writer));
                    chain.World.RunFor(Duration.FromMilliseconds(1));
                }

                Assert.Single(chain.Readers);
                Assert.Equal(1, chain.Readers[0].EndedTimes);
                Assert.Equal(payload, chain.Readers[0].Bytes);
                Assert.Equal(0, connection.Streams.ReceivingCount);
                StreamCounters counters = connection.Streams.Counters;
                Assert.Equal((1L, 1L), (counters.ReceivesStarted, counters.ReceivesCompleted));
                Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
            }
        }
    }

    [Fact]
    [Trait("Scenario", "O5")]
    public void A_hundred_thousand_streams_one_after_another_are_each_known_once_and_for_ever()
    {
        const ulong Count = 100_000;
        using var chain = new SimulatedChain(2, new LinkModel(), hops: 1);
        Connection connection = chain.Link(1, 0);
        for (ulong i = 0; i < Count; i++)
        {
            Tell(chain, i);
            if (i % 100 == 99)
            {
                // Their readers take them; what nobody has claimed holds its memory.
                chain.World.RunFor(Duration.FromMilliseconds(1));
            }
        }

        Assert.Equal((int)Count, chain.Readers.Count);
        foreach (ulong i in (ulong[])[0, 1, 777, Count / 2, Count - 2, Count - 1])
        {
            Tell(chain, i);
        }

        chain.World.RunFor(Duration.FromMilliseconds(1));
        Assert.Equal((int)Count, chain.Readers.Count);
        Assert.Equal((long)Count, connection.Streams.Counters.ReceivesCompleted);
        Assert.Equal(0, connection.Streams.ReceivingCount);

        // A new process of the peer begins again at the first id.
        Endpoint again = chain.Restart(0);
        again.Dial(chain.World.Now, chain.Nodes[1].PublicKey, SimulatedChain.AddressOf(1));
        Assert.True(chain.World.RunUntil(() => again.Find(chain.Nodes[1].PublicKey) is { IsConfirmed: true }, Limit));
        byte[] payload = chain.Payload(5_000);
        chain.Send(payload);
        Assert.True(chain.World.RunUntil(() => chain.Readers.Count > (int)Count && chain.Readers[^1].IsWhole, Limit));
        Assert.Equal(payload, chain.Readers[^1].Bytes);
    }

    [Fact]
    [Trait("Scenario", "O3")]
    public void Datagrams_of_an_earlier_incarnation_never_touch_the_streams_of_the_next()
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            using var chain = new SimulatedChain(seed, new LinkModel(), hops: 1);
            var old = new List<byte[]>();
            PeerAddress sender = SimulatedChain.AddressOf(0);
            chain.World.Intercept = (from, _, datagram) =>
            {
                if (from == sender)
                {
                    old.Add(datagram);
                }

                return true;
            };
            chain.Send(chain.Payload(60_000));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Count: > 20_000 }], Limit));
            chain.World.Intercept = null;
            Endpoint again = chain.Restart(0);
            again.Dial(chain.World.Now, chain.Nodes[1].PublicKey, SimulatedChain.AddressOf(1));
            Assert.True(chain.World.RunUntil(() => again.Find(chain.Nodes[1].PublicKey) is { IsConfirmed: true }, Limit));
            byte[] payload = chain.Payload(60_000);
            chain.Send(payload);
            int next = 0;
            chain.World.Turned += _ =>
            {
                if (next < old.Count)
                {
                    chain.World.Inject(sender, SimulatedChain.AddressOf(1), old[next++]);
                }
            };
            Assert.True(chain.World.RunUntil(() => chain.Readers is [_, { Ended: not null }] && next == old.Count, Limit));
            Assert.Equal(payload, chain.Readers[1].Bytes);
            Assert.Equal(2, chain.Readers.Count);
        }
    }

    private static void Tell(SimulatedChain chain, ulong index)
    {
        ulong id = StreamId.Of(index, byInitiator: true);
        ForgedPacket.Give(chain.Link(1, 0), chain.World.Now, (ref writer) =>
        {
            new StreamOpenFrame { StreamId = id, TransferId = index, TotalLength = 10 }.Write(ref writer);
            new FragmentFrame(id, 0, new byte[10]).Write(ref writer);
        });
    }

    private static void Open(SimulatedChain chain, ulong index, long totalLength) => ForgedPacket.Give(
        chain.Link(1, 0),
        chain.World.Now,
        (ref writer) => new StreamOpenFrame
        {
            StreamId = StreamId.Of(index, byInitiator: true),
            TransferId = index,
            TotalLength = totalLength,
        }.Write(ref writer));
}
