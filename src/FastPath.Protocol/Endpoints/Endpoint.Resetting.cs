using System.Buffers.Binary;
using System.Security.Cryptography;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>Stateless resets: how a node that restarted tells its peers that their sessions are gone.</summary>
internal sealed partial class Endpoint
{
    private static readonly Duration ResetInterval = Duration.FromSeconds(1);

    private Instant _resetIntervalEndsAt;
    private int _resetsInInterval;

    /// <summary>Answers at a limited rate and with fewer bytes than were received, so that no loop and no flood can form.</summary>
    private void AnswerUnknownIndex(Instant now, PeerAddress from, uint index, int receivedLength)
    {
        if (now >= _resetIntervalEndsAt)
        {
            _resetIntervalEndsAt = now + ResetInterval;
            _resetsInInterval = 0;
        }

        if (receivedLength <= HandshakeLayout.ResetLength || _resetsInInterval >= _settings.ResetsPerSecond)
        {
            return;
        }

        _resetsInInterval++;
        Counters.ResetsSent++;
        byte[] reset = new byte[HandshakeLayout.ResetLength];
        reset[0] = (byte)DatagramType.StatelessReset;
        BinaryPrimitives.WriteUInt32LittleEndian(reset.AsSpan(1), index);
        _resetTokens.Write(index, from, reset.AsSpan(1 + sizeof(uint)));
        _outbox.Enqueue((from, reset));
    }

    private void HandleReset(PeerAddress from, ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length != HandshakeLayout.ResetLength)
        {
            Counters.DatagramsMalformed++;
            return;
        }

        uint index = BinaryPrimitives.ReadUInt32LittleEndian(datagram[1..]);
        ReadOnlySpan<byte> token = datagram[(1 + sizeof(uint))..];
        if (!_connectionsByRemote.TryGetValue((from, index), out Connection? connection)
            || !CryptographicOperations.FixedTimeEquals(token, connection.Session.PeerResetToken)
            || token.IndexOfAnyExcept((byte)0) < 0)
        {
            Counters.DatagramsUnknownIndex++;
            return;
        }

        Counters.ResetsReceived++;
        connection.Abandon(CloseCode.PeerReset, "the peer lost the session, most likely by a restart");
        RemoveIfClosed(connection);
    }
}
