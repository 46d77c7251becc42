using System.Buffers.Binary;
using FastPath.Fuzz.Oracles;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Fuzz.Peers;

/// <summary>A peer that has the keys and keeps no rule: what it seals is {length in two bytes, frames}, again and again.</summary>
/// <param name="peer">Agrees on the keys, and says nothing any more then.</param>
/// <param name="offers">The node offers it a stream.</param>
internal sealed class PeerWithKeys(Endpoint peer, bool offers)
{
    private const int PacketsMax = 64;
    private const int MessagesQueued = 4;

    private static readonly Duration Step = Duration.FromMilliseconds(20);

    public delegate void WriteFrames(ref FrameWriter writer);

    /// <summary>Given each message that the node takes.</summary>
    public Action<ReadOnlyMemory<byte>>? OnMessage { get; init; }

    /// <returns>What happened, as one number.</returns>
    public ulong Run(ReadOnlySpan<byte> input)
    {
        using Endpoint victim = HandshakeParties.CreateResponder();
        Instant now = Instant.Zero;
        Session keys = Connect(victim, now);
        Connection connection = victim.Connections[0];
        var user = new StreamUser(victim.Pool);
        user.Send(connection, now);
        if (offers)
        {
            user.SendOffer(connection, now);
        }

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

    private Session Connect(Endpoint victim, Instant now)
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
    private long TakeEvents(Endpoint endpoint, StreamUser user, Instant now)
    {
        long kinds = 0;
        while (endpoint.TryPollEvent(out ConnectionEvent happened))
        {
            kinds |= 1L << (int)happened.Kind;
            if (happened.Kind == ConnectionEventKind.MessageReceived)
            {
                OnMessage?.Invoke(happened.Message.Memory);
                happened.Message.Return();
            }

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

    /// <summary>An input of so many packets.</summary>
    public static byte[] Packets(params WriteFrames[] packets)
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
