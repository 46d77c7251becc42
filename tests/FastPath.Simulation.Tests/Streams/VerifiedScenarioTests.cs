using System.Runtime.InteropServices;
using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Protocol.Verification;
using FastPath.Serialization.Hashing;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Simulation.Tests.Streams;

/// <summary>Streams that carry proofs: what is read and passed on is what was announced, group by group.</summary>
public sealed class VerifiedScenarioTests
{
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;
    private static readonly Duration Limit = Duration.FromSeconds(600);

    private static readonly LinkModel Rough = new()
    {
        Delay = Duration.FromMilliseconds(2),
        Jitter = Duration.FromMilliseconds(5),
        Loss = 0.05,
        Duplication = 0.05,
    };

    public static TheoryData<int> Edges =>
    [
        0, 1, GroupBytes - 1, GroupBytes, GroupBytes + 1,
        .. from k in (int[])[2, 3, 4, 7, 8, 9] from d in (int[])[-1, 0, 1] select (k * GroupBytes) + d,
    ];

    [Theory]
    [MemberData(nameof(Edges))]
    public void A_payload_of_any_length_arrives_verified_from_any_group_on(int length)
    {
        long groups = new Blake3GroupLayout(length).GroupCount;
        foreach (long first in (long[])[0, groups - 1, groups / 2])
        {
            AssertArrives(new SimulatedChain((ulong)length + 1, Rough, hops: 2, Settings()), length, first);
        }
    }

    [Property(MaxTest = 40)]
    public Property A_payload_arrives_verified_whatever_the_path_does() => Prop.ForAll(
        (from seed in Gen.Choose(1, int.MaxValue)
         from length in Gen.Choose(0, 300_000)
         from first in Gen.Choose(0, 30)
         from hops in Gen.Choose(1, 4)
         from loss in Gen.Choose(0, 15)
         from verifying in Gen.Choose(0, 1)
         select (seed, length, first, hops, loss, verifying)).ToArbitrary(),
        drawn =>
        {
            EndpointSettings settings = Settings(verifiesRelayed: drawn.verifying == 1);
            var chain = new SimulatedChain((ulong)drawn.seed, Rough with { Loss = drawn.loss / 100.0 }, drawn.hops, settings);
            long groups = new Blake3GroupLayout(drawn.length).GroupCount;
            AssertArrives(chain, drawn.length, drawn.first % groups);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)]
    [Trait("Scenario", "R9")]
    [Trait("Scenario", "P10")]
    public void A_byte_flipped_at_the_source_goes_no_further_than_the_first_relay_that_verifies(long group)
    {
        // The sink takes whatever reaches it, so that it shows what has left the relay.
        var chain = new SimulatedChain(
            7, new LinkModel { Jitter = Duration.FromMilliseconds(3) }, hops: 2, settingsOf: node => Settings(verifies: node != 2));
        byte[] payload = chain.Payload((6 * GroupBytes) + 100);
        var encoding = new VerifiedEncoding(payload.Length, 0);
        foreach (long flipped in (long[])[encoding.GroupStart(group), encoding.GroupEnd(group) - 1])
        {
            int before = chain.Readers.Count;
            SimulatedWriter writer = chain.SendProven(payload, harm: bytes => bytes[flipped] ^= 1);
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Limit));
            chain.World.RunFor(Duration.FromSeconds(2));

            // Bytes are acknowledged when they have come: with the last group, that may be heard before the verdict.
            Assert.True(writer.Ended == StreamErrorCode.Corrupt || group == 6, $"{writer.Ended}");
            Assert.Equal(StreamErrorCode.Corrupt, chain.RelaysEnded[^1].Code);
            if (group == 0)
            {
                Assert.Equal(before, chain.Readers.Count);
                continue;
            }

            SimulatedReader reader = chain.Readers[^1];
            Assert.Equal(encoding.ProofStart(group), reader.Stream.Ring.HighestEnd);
            Assert.Equal(StreamErrorCode.Corrupt, reader.Ended);
            Assert.True(payload.AsSpan(0, (int)group * GroupBytes).SequenceEqual(reader.Bytes));
        }

        Assert.Equal(2, chain.Nodes[1].StreamCounters.GroupsFailed);
        Assert.Equal(2 * group, chain.Nodes[1].StreamCounters.GroupsVerified);
        Assert.All(chain.Nodes, node => Assert.Equal((0L, 0L), (node.Pool.RentedBytes, node.Pool.ReservedBytes)));
    }

    [Fact]
    [Trait("Scenario", "R9")]
    public void A_byte_flipped_in_the_memory_of_a_relay_is_an_integrity_error_at_the_sink()
    {
        // The way out is slower than the way in, so the relay's ring holds bytes that were not sent yet.
        var chain = new SimulatedChain(8, new LinkModel(), hops: 2, Settings(verifiesRelayed: false));
        chain.World.LinkOf = (from, to) => from == SimulatedChain.AddressOf(1) && to == SimulatedChain.AddressOf(2)
            ? new LinkModel { RateBytesPerSecond = 500_000, QueueBytes = 20_000 }
            : null;
        byte[] payload = chain.Payload(600_000);
        SimulatedWriter writer = chain.SendProven(payload);
        long at = 0;
        Assert.True(chain.World.RunUntil(
            () => chain.Relays is [{ IsOpen: true } relay]
                && relay.Targets[0].HighestSent > 100_000
                && (at = relay.Targets[0].HighestSent + 5_000) < relay.Source.Ring.Frontier,
            Limit));
        ReadOnlyMemory<byte> held = chain.Relays[0].Source.Ring.Peek(at, at + 1);
        MemoryMarshal.AsMemory(held).Span[0] ^= 0x40;
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].Ended is not null, Limit));
        SimulatedReader reader = chain.Readers[0];
        long group = new VerifiedEncoding(payload.Length, 0).GroupAt(at);
        Assert.Equal(StreamErrorCode.Corrupt, reader.Ended);
        Assert.Equal(group * GroupBytes, reader.Bytes.Length);
        Assert.True(payload.AsSpan(0, reader.Bytes.Length).SequenceEqual(reader.Bytes));
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Limit));
        Assert.Equal(StreamErrorCode.Corrupt, writer.Ended);
    }

    [Fact]
    [Trait("Scenario", "P10")]
    public void A_stream_without_proofs_is_unverified_at_its_end_and_one_with_them_is_verified_only_by_who_checks()
    {
        foreach ((bool proven, bool verifies) in ((bool, bool)[])[(false, true), (true, false), (true, true)])
        {
            var chain = new SimulatedChain(9, new LinkModel(), hops: 2, Settings(verifies));
            byte[] payload = chain.Payload(100_000);
            _ = proven ? chain.SendProven(payload) : chain.Send(payload);
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ IsWhole: true }], Limit));
            Assert.Equal(payload, chain.Readers[0].Bytes);
            Assert.Equal(proven && verifies, chain.Readers[0].Stream.Ring.Payload.IsGated);
            Assert.Equal(proven && verifies ? 7 : 0, chain.Nodes[2].StreamCounters.GroupsVerified);
        }
    }

    [Fact]
    public void A_peer_that_does_not_read_proofs_is_never_sent_any()
    {
        var chain = new SimulatedChain(10, new LinkModel(), hops: 2, settingsOf: node => Settings() with
        {
            Capabilities = node == 2 ? Capabilities.ArchivedForm : Capabilities.All,
        });
        SimulatedWriter writer = chain.SendProven(chain.Payload(100_000));
        Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Limit));
        chain.World.RunFor(Duration.FromSeconds(1));
        Assert.Equal(StreamErrorCode.Unsupported, writer.Ended);
        Assert.Equal(0, chain.Nodes[2].StreamCounters.FragmentsReceived);
        Assert.Equal(0, chain.Nodes[2].StreamCounters.ReceivesStarted);
    }

    [Fact]
    public void An_announcement_of_proofs_that_cannot_be_checked_is_refused()
    {
        var proven = new ProvenPayload(new byte[100_000]);
        StreamDescription whole = proven.Describe(new StreamDescription());
        foreach (StreamDescription bad in (StreamDescription[])
            [whole with { Digest = default }, whole with { StartOffset = 1 }, whole with { StartOffset = 100_000 }])
        {
            var chain = new SimulatedChain(11, new LinkModel(), hops: 1);
            var writer = new SimulatedWriter(chain.World.Now, chain.Link(0, 1), chain.Nodes[0].Pool, new byte[100_000], bad);
            Assert.True(chain.World.RunUntil(() => writer.Ended is not null, Limit));
            Assert.Equal(1, chain.Nodes[1].StreamCounters.ReceivesFailed);
            Assert.Empty(chain.Readers);
            chain.World.RunFor(Duration.FromSeconds(1));
            Assert.Equal((0L, 0L), (chain.Nodes[1].Pool.RentedBytes, chain.Nodes[1].Pool.ReservedBytes));
        }
    }

    [Fact]
    public void A_payload_that_differs_from_its_digest_only_in_length_fails_at_its_last_group()
    {
        var chain = new SimulatedChain(12, new LinkModel(), hops: 1);
        byte[] empty = [];
        SimulatedWriter writer = new(
            chain.World.Now, chain.Link(0, 1), chain.Nodes[0].Pool, empty,
            new ProvenPayload(empty).Describe(new StreamDescription()) with { Digest = new byte[32] });
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }], Limit));
        Assert.Equal(StreamErrorCode.Corrupt, chain.Readers[0].Ended);
        Assert.Equal(1, chain.Nodes[1].StreamCounters.GroupsFailed);
        chain.World.RunFor(Duration.FromSeconds(1));
        Assert.NotNull(writer.Ended);
    }

    [Fact]
    public void A_relay_that_verifies_adds_the_time_of_a_group_to_the_first_byte_and_none_to_the_rate()
    {
        const long Rate = 12_500_000;
        const int Size = 2_000_000;
        var delay = Duration.FromMilliseconds(5);
        (Duration passing, Duration passingAll) = Time(verifiesRelayed: false);
        (Duration verifying, Duration verifyingAll) = Time(verifiesRelayed: true);
        Duration group = Duration.FromSeconds((GroupBytes + 1_200.0) * 1.1 / Rate);

        // An initial window of ten packets is shorter than a group: each of the three relays waits for a round trip as well.
        Duration more = verifying - passing;
        Duration most = (group + (delay * 2)) * 3;
        Assert.True(more > Duration.FromMilliseconds(1) && more < most, $"the first byte came {more} later");
        Assert.True(verifyingAll - passingAll < most * 2, $"all of it took {verifyingAll} and {passingAll}");

        (Duration FirstByte, Duration All) Time(bool verifiesRelayed)
        {
            var chain = new SimulatedChain(
                3, new LinkModel { Delay = delay, RateBytesPerSecond = Rate }, hops: 4, Settings(verifiesRelayed: verifiesRelayed));
            Instant start = chain.World.Now;
            chain.SendProven(chain.Payload(Size));
            Assert.True(chain.World.RunUntil(() => chain.Readers is [{ IsWhole: true }], Limit));
            return (chain.Readers[0].FirstByteAt - start, chain.Readers[0].EndedAt - start);
        }
    }

    [Fact]
    public void A_gate_allocates_nothing_once_it_has_begun()
    {
        const int Groups = 64;
        byte[] payload = new byte[(Groups * GroupBytes) - 5];
        new Random(1).NextBytes(payload);
        var proven = new ProvenPayload(payload);
        byte[] stream = proven.Encode(0);
        var encoding = new VerifiedEncoding(payload.Length, 0);
        var pool = new PinnedSlabPool(4 * 1_024 * 1_024);
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.ReceiveRing, 0, 256 * 1_024)!;
        RingCursor reader = ring.TryAddCursor()!;
        ring.TrySetFinalSize(encoding.FinalSize);
        ring.Payload.Encode(in encoding);
        var counters = new StreamCounters();
        var gate = new GroupGate(ring, in encoding, proven.Digest, counters);
        long before = 0;
        for (int at = 0; at < stream.Length; at += 1_100)
        {
            // The first turn through the ring makes its slabs.
            before = at < 3 * 256 * 1_024 ? GC.GetAllocatedBytesForCurrentThread() : before;
            ring.Write(at, stream.AsSpan(at, Math.Min(1_100, stream.Length - at)), out _);
            gate.TryAdvance();
            reader.Advance(ring.Payload.ReadableEnd);
            ring.Reclaim();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Groups, counters.GroupsVerified);
    }

    [Fact]
    public void A_reader_that_pauses_inside_a_group_goes_on_there()
    {
        var chain = new SimulatedChain(13, new LinkModel(), hops: 2) { ReaderWants = GroupBytes + 77 };
        byte[] payload = chain.Payload(400_000);
        chain.SendProven(payload);
        Assert.True(chain.World.RunUntil(() => chain.Readers is [{ Bytes.Length: GroupBytes + 77 }], Limit));
        chain.World.RunFor(Duration.FromSeconds(20));
        chain.Readers[0].Want(long.MaxValue, chain.World.Now);
        Assert.True(chain.World.RunUntil(() => chain.Readers[0].IsWhole, Limit));
        Assert.Equal(payload, chain.Readers[0].Bytes);
    }

    private static EndpointSettings Settings(bool verifies = true, bool verifiesRelayed = true) => EndpointSettings.Default with
    {
        Connection = ConnectionSettings.Default with
        {
            Streams = StreamSettings.Default with { VerifiesGroups = verifies, VerifiesRelayed = verifiesRelayed },
        },
    };

    private static void AssertArrives(SimulatedChain chain, int length, long firstGroup)
    {
        byte[] payload = chain.Payload(length);
        int startOffset = (int)firstGroup * GroupBytes;
        SimulatedWriter writer = chain.SendProven(payload, startOffset);
        bool isDone = chain.World.RunUntil(() => chain.Readers is [{ Ended: not null }] && writer.Ended is not null, Limit);
        Assert.True(isDone, $"{length} bytes from group {firstGroup} did not end: {writer.Ended}");
        SimulatedReader reader = chain.Readers[0];
        Assert.Equal((StreamErrorCode.None, StreamErrorCode.None), (reader.Ended, writer.Ended));
        Assert.True(payload.AsSpan(startOffset).SequenceEqual(reader.Bytes), $"{length} bytes from group {firstGroup} differ");
        Assert.True(reader.Stream.Ring.Payload.IsGated && reader.IsWhole);
        Assert.Equal(length, reader.Stream.Ring.Payload.Received);
        chain.World.RunFor(Duration.FromSeconds(2));
        Assert.All(chain.Nodes, node => Assert.Equal((0L, 0L), (node.Pool.RentedBytes, node.Pool.ReservedBytes)));
    }
}
