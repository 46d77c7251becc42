using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Connections;

/// <summary>Two endpoints, datagram by datagram: what leaves first in a turn, what is taken after it, and what is said of it.</summary>
public sealed class EndpointTurnTests
{
    private static readonly PeerAddress A = PeerAddress.FromIPv4(0x0A000001, 1);
    private static readonly PeerAddress B = PeerAddress.FromIPv4(0x0A000002, 2);
    private static readonly byte[] Bytes = new byte[100];

    private readonly Endpoint _a = Create(1);
    private readonly Endpoint _b = Create(2);
    private readonly Connection _atA;
    private readonly Connection _atB;
    private readonly Instant _now;

    public EndpointTurnTests()
    {
        _now = Instant.Zero + Duration.FromSeconds(1);
        _a.Dial(_now, _b.PublicKey, B);
        for (int i = 0; i < 10; i++)
        {
            Deliver(Drain(_a), A, _b);
            Deliver(Drain(_b), B, _a);
            _now += Duration.FromMilliseconds(50);
            _a.HandleTimeout(_now);
            _b.HandleTimeout(_now);
        }

        _atA = _a.Find(_b.PublicKey)!;
        _atB = _b.Find(_a.PublicKey)!;
        Assert.Equal((0, 0), (_atA.Recovery.BytesInFlight, _atB.Recovery.BytesInFlight));
    }

    [Fact]
    public void An_answer_leaves_before_the_ACK_that_came_with_its_question_is_taken()
    {
        Ask();
        long asked = _atA.Recovery.BytesInFlight;
        Deliver(Answer(), B, _a);
        Assert.Equal(asked, _atA.Recovery.BytesInFlight);

        Assert.True(_atA.TryQueueMessage(Bytes, out _));
        Assert.True(Poll(_a, out byte[] next));
        Assert.True(_a.Departure.AtOnce);
        Assert.Equal(asked + next.Length, _atA.Recovery.BytesInFlight);

        Assert.False(Poll(_a, out _));
        Assert.False(_a.Departure.AtOnce);
        Assert.Equal(next.Length, _atA.Recovery.BytesInFlight);
        Assert.Equal(0, _atA.Recovery.PacketsLost);
    }

    [Fact]
    public void Of_many_answers_only_the_last_one_leaves_at_once()
    {
        Ask();
        Deliver(Answer(), B, _a);
        for (int i = 0; i < 30; i++)
        {
            Assert.True(_atA.TryQueueMessage(Bytes, out _));
        }

        List<bool> atOnce = [];
        while (Poll(_a, out _))
        {
            atOnce.Add(_a.Departure.AtOnce);
        }

        Assert.InRange(atOnce.Count, 2, 10);
        Assert.Equal(atOnce.Count - 1, atOnce.IndexOf(true));
    }

    [Fact]
    public void Without_an_answer_it_is_taken_in_the_same_turn()
    {
        Ask();
        Deliver(Answer(), B, _a);
        Drain(_a);
        Assert.Equal(0, _atA.Recovery.BytesInFlight);
        Assert.True(_atA.Recovery.IsQuiescent);
    }

    [Fact]
    public void The_next_ACK_and_a_timeout_find_it_taken()
    {
        Ask();
        List<byte[]> first = Answer();
        long one = _atA.Recovery.BytesInFlight;
        Ask();
        List<byte[]> second = Answer();
        Deliver(first, B, _a);
        long both = _atA.Recovery.BytesInFlight;
        Assert.True(both > one);
        Deliver(second, B, _a);
        Assert.Equal(both - one, _atA.Recovery.BytesInFlight);
        _atA.HandleTimeout(_now);
        Assert.Equal(0, _atA.Recovery.BytesInFlight);
    }

    /// <summary>Else the answer would take the number, and the lie would have come true before it is looked at.</summary>
    [Fact]
    public void An_ACK_of_a_packet_that_has_not_left_ends_the_connection_also_with_a_message()
    {
        ulong next = _atA.Recovery.NextPacketNumber;
        byte[] datagram = new byte[1_200];
        var writer = new FrameWriter(datagram.AsSpan(PacketHeader.Length, 1_000));
        Assert.True(AckFrame.TryWrite(ref writer, 0, [new AckRange(0, next)]));
        new MessageFrame(0, Bytes).Write(ref writer);
        int length = _atB.Session.Sealer.Seal(_atB.Session.RemoteIndex, datagram, writer.Position);
        Assert.True(_atA.TryQueueMessage(Bytes, out _));
        Deliver([datagram[..length]], B, _a);
        Assert.Equal((ConnectionState.Closing, CloseCode.ProtocolViolation), (_atA.State, _atA.CloseCode));
    }

    [Fact]
    public void Of_the_packets_of_a_stream_the_one_that_begins_it_says_so()
    {
        byte[] payload = new byte[5_000];
        var description = new StreamDescription { TransferId = 1, TotalLength = payload.Length };
        _ = new SimulatedWriter(_now, _atA, _a.Pool, payload, description, payload.Length);
        List<bool> opens = [];
        while (Poll(_a, out _))
        {
            opens.Add(_a.Departure.Opens);
        }

        Assert.InRange(opens.Count, 5, 10);
        Assert.Equal([true, .. Enumerable.Repeat(false, opens.Count - 1)], opens);
        Assert.False(_a.Departure.Opens);
    }

    /// <summary>A message comes to B, whose ACK of it waits for the answer.</summary>
    private void Ask()
    {
        Assert.True(_atA.TryQueueMessage(Bytes, out _));
        Deliver(Drain(_a), A, _b);
        _atB.HoldAcknowledgement();
    }

    private List<byte[]> Answer()
    {
        Assert.True(_atB.TryQueueMessage(Bytes, out _));
        return Drain(_b);
    }

    private void Deliver(List<byte[]> datagrams, PeerAddress from, Endpoint to) =>
        datagrams.ForEach(datagram => to.HandleDatagram(_now, from, datagram));

    private List<byte[]> Drain(Endpoint endpoint)
    {
        List<byte[]> datagrams = [];
        while (Poll(endpoint, out byte[] datagram))
        {
            datagrams.Add(datagram);
        }

        return datagrams;
    }

    private bool Poll(Endpoint endpoint, out byte[] datagram)
    {
        byte[] space = new byte[ushort.MaxValue];
        bool isThere = endpoint.TryPollTransmit(_now, space, out int length, out _);
        datagram = space[..length];
        return isThere;
    }

    private static Endpoint Create(byte name)
    {
        byte[] privateKey = new byte[32];
        new SeededRandom(name).Fill(privateKey);
        return new Endpoint(EndpointSettings.Default, privateKey, new SeededRandom(name));
    }
}
