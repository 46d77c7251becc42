using System.Buffers.Binary;
using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;
using FastPath.Serialization.Hashing;

namespace FastPath.Fuzz.Targets;

/// <summary>Packets of a peer that has the keys and keeps no rule: {length in two bytes, frames}, again and again.</summary>
internal sealed class ConnectionTarget : IFuzzTarget
{
    private const int PacketsMax = 64;
    private const int MessagesQueued = 4;

    private static readonly Duration Step = Duration.FromMilliseconds(20);

    private delegate void WriteFrames(ref FrameWriter writer);

    public string Name => "connection";

    public long AllocatedBytesMax => 4 * 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => StreamSeeds.Concat(LaterSeeds);

    private static IEnumerable<(string Name, byte[] Bytes)> LaterSeeds
    {
        get
        {
            yield return ("offers", Packets(
                (ref w) => Offer(0).Write(ref w),
                (ref w) => Offer(2).Write(ref w),
                (ref w) => Offer(4).Write(ref w),
                (ref w) => Offer(6).Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[900]).Write(ref w),
                (ref w) => new FragmentFrame(2, 450, new byte[450]).Write(ref w),
                (ref w) => new FinFrame(2, 900).Write(ref w),
                (ref w) => new StreamResetFrame(8, 1, 0).Write(ref w)));
            yield return ("answers-to-our-offer", Packets(
                (ref w) => new StreamSignalFrame(FrameType.StreamAccept, 3, 10_000).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 12)]),
                (ref w) => new StreamSignalFrame(FrameType.StreamDelivery, 3, 4).Write(ref w)));
            yield return ("our-offer-declined", Packets(
                (ref w) => new StreamSignalFrame(FrameType.StreamDecline, 3, 5).Write(ref w)));
            yield return ("our-offer-held", Packets(
                (ref w) => new StreamSignalFrame(FrameType.StreamHave, 3, 0).Write(ref w)));
            yield return ("verified-stream", Packets(
                (ref w) => new FragmentFrame(0, 0, new byte[60]).Write(ref w),
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 0,
                    TransferId = 5,
                    TotalLength = 100,
                    Digest = Digest(new byte[100]),
                    Extensions = StreamExtensions.Encode(carriesProofs: true).Span,
                }.Write(ref w),
                (ref w) => new FragmentFrame(0, 60, new byte[40]).Write(ref w),
                (ref w) => new FinFrame(0, 100).Write(ref w)));
            yield return ("verified-stream-that-is-not", Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 2,
                    TransferId = 6,
                    TotalLength = 100,
                    Digest = new byte[StreamOpenFrame.DigestLength],
                    Extensions = StreamExtensions.Encode(carriesProofs: true).Span,
                }.Write(ref w),
                (ref w) => new FragmentFrame(2, 0, new byte[100]).Write(ref w)));
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> StreamSeeds
    {
        get
        {
            yield return ("ping-then-ack", Packets(
                (ref w) => w.WriteType(FrameType.Ping),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 1)])));
            yield return ("messages-twice", Packets(
                (ref w) => new MessageFrame(0, "first"u8).Write(ref w),
                (ref w) => new MessageFrame(0, "first"u8).Write(ref w),
                (ref w) => new MessageFrame(9_000, "far ahead"u8).Write(ref w)));
            yield return ("credit-and-blocked", Packets(
                (ref w) => new BlockedFrame((byte)BlockedKind.Connection, 0, 10).Write(ref w),
                (ref w) => new ConnectionCreditFrame(1 << 20).Write(ref w)));
            yield return ("stream", Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 0,
                    TransferId = 1,
                    TotalLength = 10,
                }.Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[10]).Write(ref w),
                (ref w) => new FinFrame(0, 10).Write(ref w)));
            yield return ("stream-unannounced-then-reset", Packets(
                (ref w) => new FragmentFrame(2, 50, new byte[50]).Write(ref w),
                (ref w) => new FragmentFrame(2, 0, new byte[50]).Write(ref w),
                (ref w) => new StreamOpenFrame { StreamId = 2, TransferId = 2, TotalLength = -1 }.Write(ref w),
                (ref w) => new StreamResetFrame(2, 3, 100).Write(ref w)));
            yield return ("stream-from-the-middle", Packets(
                (ref w) => new StreamOpenFrame
                {
                    StreamId = 6,
                    TransferId = 3,
                    TotalLength = 1L << 33,
                    StartOffset = 1L << 32,
                }.Write(ref w),
                (ref w) => new FragmentFrame(6, 1L << 32, new byte[900]).Write(ref w)));
            yield return ("relayed-stream", Packets(
                (ref w) => new FragmentFrame(2, 900, new byte[900]).Write(ref w),
                (ref w) => new StreamOpenFrame { StreamId = 2, TransferId = 4, TotalLength = 1_800 }.Write(ref w),
                (ref w) => new FragmentFrame(2, 0, new byte[900]).Write(ref w),
                (ref w) => new FinFrame(2, 1_800).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 8)])));
            yield return ("relayed-from-below-its-start", Packets(
                (ref w) => new StreamOpenFrame { StreamId = 2, TotalLength = -1, StartOffset = 32_768 }.Write(ref w),
                (ref w) => new FragmentFrame(2, 32_700, new byte[900]).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 8)]),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 12)]),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 16)]),
                (ref w) => w.WriteType(FrameType.Ping)));
            yield return ("answers-to-our-stream", Packets(
                (ref w) => new StreamCreditFrame(1, 1 << 20).Write(ref w),
                (ref w) => AckFrame.TryWrite(ref w, 100, [new AckRange(0, 10)]),
                (ref w) => new StopSendingFrame(1, 2).Write(ref w)));
            yield return ("limits", Packets(
                (ref w) => new StreamLimitFrame(1_024).Write(ref w),
                (ref w) => new BlockedFrame((byte)BlockedKind.StreamLimit, 0, 256).Write(ref w),
                (ref w) => new FragmentFrame(2 * 300, 0, new byte[5]).Write(ref w)));
            yield return ("close", Packets((ref w) => new ConnectionCloseFrame(3, "over"u8).Write(ref w)));
            yield return ("ecn-counts", Packets(WriteMarkedAck));
            yield return ("narrow-path", Packets(
                (ref w) => new MtuProbeFrame(1_300).Write(ref w),
                (ref w) => new MtuProbeFrame(1).Write(ref w)));
            yield return ("unknown-frame", Packets((ref w) =>
            {
                w.WriteType(FrameType.AckFrequency);
                w.WriteBlock([1, 2, 3, 4]);
            }));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        using Endpoint peer = HandshakeParties.CreateInitiator();
        using Endpoint victim = HandshakeParties.CreateResponder();
        Instant now = Instant.Zero;
        Session keys = Connect(peer, victim, now);
        Connection connection = victim.Connections[0];
        var user = new StreamUser(victim.Pool);
        user.Send(connection, now);
        user.SendOffer(connection, now);
        for (int i = 0; i < MessagesQueued; i++)
        {
            connection.TryQueueMessage("a message of our own"u8, out _);
        }

        HandshakeParties.Poll(victim, now);
        int packets = 0;
        long events = TakeEvents(victim, user, now);
        for (; packets < PacketsMax && TryTake(ref input, keys, out ReadOnlySpan<byte> frames); packets++)
        {
            now += Step;
            victim.HandleDatagram(now, HandshakeParties.InitiatorAddress, Seal(keys, frames));
            victim.HandleTimeout(now);
            events |= TakeEvents(victim, user, now);
            HandshakeParties.Poll(victim, now);
            OracleException.Require(connection.Recovery.BytesInFlight >= 0, "the flight is negative");
        }

        ConnectionState state = connection.State;
        CloseCode code = connection.CloseCode;
        connection.Close(now, CloseCode.None, "the run is over");
        events |= TakeEvents(victim, user, now);
        OracleException.Require(
            victim.Pool is { RentedBytes: 0, ReservedBytes: 0 }, "memory stays behind when every stream has ended");
        return Outcome.Of((long)state, (long)code, events, user.Ended, Math.Sign(user.BytesRead));
    }

    private static Session Connect(Endpoint peer, Endpoint victim, Instant now)
    {
        victim.HandleDatagram(now, HandshakeParties.InitiatorAddress, HandshakeParties.DialResponder(peer));
        foreach (byte[] answer in HandshakeParties.Poll(victim, now))
        {
            peer.HandleDatagram(now, HandshakeParties.ResponderAddress, answer);
        }

        foreach (byte[] first in HandshakeParties.Poll(peer, now))
        {
            victim.HandleDatagram(now, HandshakeParties.InitiatorAddress, first);
        }

        OracleException.Require(victim.Connections.Count == 1, "the handshake fails");
        return peer.Connections[0].Session;
    }

    /// <summary>The next packet's frames, cut to what the input has and a datagram holds.</summary>
    private static bool TryTake(ref ReadOnlySpan<byte> input, Session keys, out ReadOnlySpan<byte> frames)
    {
        frames = default;
        if (input.Length < sizeof(ushort))
        {
            return false;
        }

        int length = Math.Min(BinaryPrimitives.ReadUInt16LittleEndian(input), input.Length - sizeof(ushort));
        frames = input.Slice(sizeof(ushort), Math.Min(length, 1_200 - keys.Sealer.Overhead));
        input = input[(sizeof(ushort) + length)..];
        return true;
    }

    private static byte[] Seal(Session keys, ReadOnlySpan<byte> frames)
    {
        byte[] packet = new byte[frames.Length + keys.Sealer.Overhead];
        frames.CopyTo(packet.AsSpan(PacketHeader.Length));
        keys.Sealer.Seal(keys.RemoteIndex, packet, frames.Length);
        return packet;
    }

    /// <returns>Which kinds of event came, one bit each.</returns>
    private static long TakeEvents(Endpoint endpoint, StreamUser user, Instant now)
    {
        long kinds = 0;
        while (endpoint.TryPollEvent(out ConnectionEvent happened))
        {
            kinds |= 1L << (int)happened.Kind;
            if (happened.Stream is { } stream)
            {
                user.Take(stream);
            }

            if (happened.Offer is { } offer)
            {
                user.Answer(offer, now);
            }
        }

        return kinds;
    }

    private static StreamOpenFrame Offer(ulong id) => new()
    {
        StreamId = id,
        TransferId = id,
        TotalLength = 900,
        Digest = new byte[StreamOpenFrame.DigestLength],
        IsOffer = true,
        WantsDelivery = true,
    };

    private static byte[] Digest(byte[] payload)
    {
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        Blake3Hasher.Hash(payload, digest);
        return digest;
    }

    private static byte[] Packets(params WriteFrames[] packets)
    {
        var all = new List<byte>();
        byte[] buffer = new byte[1_100];
        foreach (WriteFrames write in packets)
        {
            var writer = new FrameWriter(buffer);
            write(ref writer);
            all.AddRange([(byte)writer.Position, (byte)(writer.Position >> 8)]);
            all.AddRange(buffer.AsSpan(0, writer.Position));
        }

        return [.. all];
    }

    private static void WriteMarkedAck(ref FrameWriter w)
    {
        new EcnAckFrame(new EcnCounts(3, 0, 1)).Write(ref w);
        AckFrame.TryWrite(ref w, 100, [new AckRange(0, 3)]);
    }
}
