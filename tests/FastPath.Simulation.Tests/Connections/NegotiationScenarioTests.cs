using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;
using FsCheck.Xunit;

namespace FastPath.Simulation.Tests.Connections;

/// <summary>What two nodes come to have in common, whatever each of them is.</summary>
public sealed class NegotiationScenarioTests
{
    private static readonly PeerAddress A = PeerAddress.FromIPv4(0x0A000001, 1);
    private static readonly PeerAddress B = PeerAddress.FromIPv4(0x0A000002, 2);
    private static readonly Duration RoundTrip = Duration.FromMilliseconds(20);
    private static readonly Duration Limit = Duration.FromSeconds(60);

    [Property(MaxTest = 200)]
    [Trait("Scenario", "V3")]
    public void Both_ends_report_the_same_set(
        ulong features, ulong otherFeatures, long payload, long otherPayload, byte streams, byte otherStreams, byte ciphers, byte otherCiphers)
    {
        (SimulatedNetwork world, Endpoint a, Endpoint b) = Place(
            Settings(features, payload, streams, ciphers), Settings(otherFeatures, otherPayload, otherStreams, otherCiphers));
        Connection atA = Connect(world, a, b);
        Assert.True(world.RunUntil(() => b.Find(a.PublicKey) is not null, Limit));
        Session atB = b.Find(a.PublicKey)!.Session;
        Assert.Equal(atA.Session.Negotiated, atB.Negotiated);
        Assert.Equal(atA.Session.WireVersion, atB.WireVersion);
        Assert.Equal(features & otherFeatures & VarInt.MaxValue, atB.Capabilities);
        Assert.NotEqual(0UL, atB.Negotiated.Ciphers >> (int)atB.Cipher.Suite & 1);
    }

    [Theory]
    [Trait("Scenario", "V2")]
    [InlineData(0, 0, 0, 1, 0)]
    [InlineData(0, 1, 0, 0, 0)]
    [InlineData(0, 1, 1, 9, 1)]
    [InlineData(1, 1, 0, 1, 1)]
    [InlineData(3, 7, 5, 9, 7)]
    public void Versions_that_differ_and_overlap_connect_with_the_highest_common_one(
        byte minA, byte maxA, byte minB, byte maxB, byte expected)
    {
        (SimulatedNetwork world, Endpoint a, Endpoint b) = Place(Speaking(minA, maxA), Speaking(minB, maxB));
        Connection atA = Connect(world, a, b);
        Assert.True(world.RunUntil(() => b.Find(a.PublicKey) is not null, Limit));
        Session atB = b.Find(a.PublicKey)!.Session;
        Assert.Equal((expected, expected), (atA.Session.WireVersion, atB.WireVersion));
        Assert.Equal(atA.Session.Negotiated, atB.Negotiated);
        Assert.Equal(expected == 0, atB.Negotiated == CapabilitySet.None);
    }

    [Theory]
    [Trait("Scenario", "V2")]
    [InlineData(0, 1, 2, 3)]
    [InlineData(2, 9, 0, 1)]
    public void Versions_without_overlap_are_refused_with_both_ranges_within_a_round_trip(byte minA, byte maxA, byte minB, byte maxB)
    {
        (SimulatedNetwork world, Endpoint a, Endpoint b) = Place(Speaking(minA, maxA), Speaking(minB, maxB));
        a.Dial(world.Now, b.PublicKey, B);
        DialResult result = default;
        Assert.True(world.RunUntil(() => a.TryPollDialResult(out result), Limit));
        Assert.Equal((CloseCode.Refused, HandshakeStatus.IncompatibleVersion), (result.Failure, result.Status));
        Assert.Equal((minB, maxB), (result.PeerVersionMin, result.PeerVersionMax));
        Assert.Equal(Instant.Zero + RoundTrip, world.Now);
        Assert.Empty(b.Connections);
    }

    [Fact]
    [Trait("Scenario", "V3")]
    public void Unknown_frames_are_skipped_and_counted_and_the_connection_goes_on()
    {
        (SimulatedNetwork world, Endpoint a, Endpoint b) = Place(EndpointSettings.Default, EndpointSettings.Default);
        Connection atA = Connect(world, a, b);
        Assert.True(world.RunUntil(() => b.Find(a.PublicKey) is not null, Limit));
        Connection atB = b.Find(a.PublicKey)!;
        for (int type = 0x30; type <= 0xFF; type++)
        {
            byte frame = (byte)type;
            ForgedPacket.Give(atB, world.Now, (ref FrameWriter writer) =>
            {
                writer.WriteByte(frame);
                writer.WriteBlock([1, 2, 3]);
            });
        }

        Assert.Equal(0x100 - 0x30, atB.Counters.FramesUnknown);
        Assert.Equal(ConnectionState.Established, atB.State);
        Assert.True(atA.TryQueueMessage([1], out _));
        Assert.True(world.RunUntil(() => atB.Counters.MessagesReceived == 1, Limit));
    }

    [Fact]
    public void The_lesser_number_of_streams_holds_for_both()
    {
        (SimulatedNetwork world, Endpoint a, Endpoint b) = Place(Settings(0, 1 << 20, 3, 0), Settings(0, 1 << 20, 9, 0));
        Connection atA = Connect(world, a, b);
        Assert.True(world.RunUntil(() => b.Find(a.PublicKey) is not null, Limit));
        Assert.Equal((3, 3), (atA.Streams.Settings.StreamsMax, b.Find(a.PublicKey)!.Streams.Settings.StreamsMax));
    }

    private static EndpointSettings Settings(ulong features, long payload, byte streams, byte ciphers) => EndpointSettings.Default with
    {
        Capabilities = features & VarInt.MaxValue,

        // One cipher is always common: without any there would be no session.
        Ciphers = [.. PacketCipher.Supported.Select(c => c.Suite).Where(s => s == CipherSuite.ChaCha20Poly1305 || (ciphers >> (int)s & 1) != 0)],
        Connection = ConnectionSettings.Default with
        {
            Streams = StreamSettings.Default with { PayloadBytesMax = payload & (1L << 60) - 1, StreamsMax = Math.Max((byte)1, streams) },
        },
    };

    private static EndpointSettings Speaking(byte min, byte max) =>
        EndpointSettings.Default with { WireVersionMin = min, WireVersionMax = max };

    private static (SimulatedNetwork World, Endpoint A, Endpoint B) Place(EndpointSettings atA, EndpointSettings atB)
    {
        var world = new SimulatedNetwork(1, new LinkModel());
        Endpoint a = Create('a', atA);
        Endpoint b = Create('b', atB);
        world.Place(A, a);
        world.Place(B, b);
        return (world, a, b);
    }

    private static Endpoint Create(char name, EndpointSettings settings)
    {
        byte[] privateKey = new byte[32];
        new SeededRandom(name).Fill(privateKey);
        return new Endpoint(settings, privateKey, new SeededRandom(1_000UL + name));
    }

    private static Connection Connect(SimulatedNetwork world, Endpoint from, Endpoint to)
    {
        from.Dial(world.Now, to.PublicKey, B);
        DialResult result = default;
        Assert.True(world.RunUntil(() => from.TryPollDialResult(out result), Limit));
        Assert.NotNull(result.Connection);
        return result.Connection;
    }
}
