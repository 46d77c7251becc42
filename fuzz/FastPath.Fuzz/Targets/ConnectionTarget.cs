using System.Buffers.Binary;
using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Targets;

/// <summary>Packets of a peer that holds the keys and keeps no rule: {length in two bytes, frames} one after the other.</summary>
internal sealed class ConnectionTarget : IFuzzTarget
{
    private const int PacketsMax = 64;
    private const int MessagesQueued = 4;

    private static readonly Duration Step = Duration.FromMilliseconds(20);

    private delegate void WriteFrames(ref FrameWriter writer);

    public string Name => "connection";

    public long AllocatedBytesMax => 4 * 1_024 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
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
                    TransferId = new byte[StreamOpenFrame.TransferIdLength],
                    TotalLength = 10,
                }.Write(ref w),
                (ref w) => new FragmentFrame(0, 0, new byte[10]).Write(ref w),
                (ref w) => new FinFrame(0, 10).Write(ref w)));
            yield return ("close", Packets((ref w) => new ConnectionCloseFrame(3, "over"u8).Write(ref w)));
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
        for (int i = 0; i < MessagesQueued; i++)
        {
            connection.TryQueueMessage("a message of our own"u8, out _);
        }

        HandshakeParties.Poll(victim, now);
        int packets = 0;
        for (; packets < PacketsMax && TryTake(ref input, keys, out ReadOnlySpan<byte> frames); packets++)
        {
            now += Step;
            victim.HandleDatagram(now, HandshakeParties.InitiatorAddress, Seal(keys, frames));
            victim.HandleTimeout(now);
            HandshakeParties.Poll(victim, now);
            OracleException.Require(connection.Recovery.BytesInFlight >= 0, "the flight is negative");
        }

        return Outcome.Of(
            (long)connection.State, (long)connection.CloseCode, DrainEvents(victim), connection.Counters.FramesUnknown);
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

    private static long DrainEvents(Endpoint endpoint)
    {
        long kinds = 0;
        while (endpoint.TryPollEvent(out ConnectionEvent happened))
        {
            kinds |= 1L << (int)happened.Kind;
        }

        return kinds;
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
}
