using System.Buffers.Binary;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>The responder's side of the handshake, and the answer to sessions that this node does not know.</summary>
/// <remarks>
/// An initiation never touches an existing session: the new one takes its place only when its first transport packet
/// opens, which proves that the peer holds the keys now and is no replay.
/// </remarks>
internal sealed partial class Endpoint
{
    private readonly Dictionary<uint, HalfOpen> _halfOpen = [];
    private readonly Dictionary<UInt128, uint> _halfOpenByMessage = [];

    private void HandleInitiation(Instant now, PeerAddress from, ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> mac = message.Length == HandshakeLayout.MessageOneLength
            ? message.Slice(message.Length - HandshakeLayout.MacsLength, HandshakeMac.Length)
            : default;
        if (mac.IsEmpty || !HandshakeMac.Verify(_identity.PublicKey, message[..^HandshakeLayout.MacsLength], mac))
        {
            Counters.DatagramsMalformed++;
            return;
        }

        Counters.InitiationsReceived++;
        UInt128 fingerprint = BinaryPrimitives.ReadUInt128BigEndian(mac);
        if (_halfOpenByMessage.TryGetValue(fingerprint, out uint known))
        {
            RepeatAnswer(from, _halfOpen[known]);
            return;
        }

        ExpireHalfOpen(now);
        if (_halfOpen.Count >= _settings.HalfOpenMax)
        {
            Counters.InitiationsDropped++;
            return;
        }

        Span<byte> ephemeral = stackalloc byte[StaticKeyPair.KeyLength];
        _random.Fill(ephemeral);
        using NoiseIkHandshake handshake = NoiseIkHandshake.Responder(
            message[..HandshakeLayout.MessageOneHeader], _identity, ephemeral);
        Span<byte> payloadBytes = stackalloc byte[HandshakeLayout.MessageOnePayload];
        ReadOnlySpan<byte> noise = message[HandshakeLayout.MessageOneHeader..^HandshakeLayout.MacsLength];
        if (!handshake.TryReadMessage(noise, payloadBytes, out int length)
            || !HandshakePayload.TryRead(payloadBytes[..length], out HandshakePayload payload))
        {
            Counters.DatagramsMalformed++;
            return;
        }

        PeerKey peer = PeerKey.Read(handshake.RemoteStaticKey);
        if (IsOursToKeep(peer))
        {
            Counters.InitiationsDropped++;
            return;
        }

        uint remoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(message[HandshakeLayout.SenderIndexOffset..]);
        Answer(now, from, fingerprint, handshake, remoteIndex, in payload);
    }

    private void RepeatAnswer(PeerAddress from, HalfOpen halfOpen)
    {
        Counters.InitiationsRepeated++;
        if (halfOpen.Address == from)
        {
            _outbox.Enqueue((from, halfOpen.MessageTwo));
        }
    }

    /// <summary>In a simultaneous open the session of the smaller key stays; the owner of that key answers nothing.</summary>
    private bool IsOursToKeep(PeerKey peer) =>
        PublicKey.IsSmallerThan(peer) && _dials.Values.Any(dial => dial.Peer == peer);

    private void Answer(
        Instant now,
        PeerAddress from,
        UInt128 fingerprint,
        NoiseIkHandshake handshake,
        uint remoteIndex,
        in HandshakePayload offer)
    {
        PacketCipher? cipher = PacketCipher.Choose(Acceptable(offer.Ciphers));
        HandshakeStatus status = Judge(PeerKey.Read(handshake.RemoteStaticKey), in offer, cipher);
        uint localIndex = NewIndex();
        Span<byte> token = stackalloc byte[StatelessResetToken.Length];
        _resetTokens.Write(localIndex, from, token);
        Span<byte> payload = stackalloc byte[256];
        int payloadLength = new HandshakePayload
        {
            VersionMin = _settings.WireVersionMin,
            VersionMax = _settings.WireVersionMax,
            Role = _settings.Role,
            Ciphers = status == HandshakeStatus.Accepted ? new[] { (byte)cipher!.Suite } : [],
            Capabilities = OwnCapabilities,
            Status = status,
            ResetToken = token,
        }.Write(payload, pad: false);
        byte[]? messageTwo = WriteMessageTwo(handshake, _settings.WireVersionMax, localIndex, remoteIndex, payload[..payloadLength]);
        if (messageTwo is null)
        {
            Counters.DatagramsMalformed++;
            return;
        }

        Session? session = status != HandshakeStatus.Accepted ? null
            : new Session(handshake, isInitiator: false, cipher!, _settings.Connection.RekeyLimits, now)
            {
                PeerAddress = from,
                LocalIndex = localIndex,
                RemoteIndex = remoteIndex,
                PeerRole = offer.Role,
                WireVersion = VersionWith(in offer),
                Negotiated = NegotiateWith(in offer),
                PeerResetToken = offer.ResetToken,
            };
        Counters.InitiationsRefused += session is null ? 1 : 0;
        _halfOpen.Add(
            localIndex, new HalfOpen(from, fingerprint, messageTwo, session, now + _settings.HandshakeTimeout));
        _halfOpenByMessage.Add(fingerprint, localIndex);
        _outbox.Enqueue((from, messageTwo));
    }

    private HandshakeStatus Judge(PeerKey peer, in HandshakePayload offer, PacketCipher? cipher)
    {
        if (_settings.Authorize is { } authorize && !authorize(peer))
        {
            return HandshakeStatus.NotAuthorized;
        }

        if (!HasVersionFor(in offer))
        {
            return HandshakeStatus.IncompatibleVersion;
        }

        if (offer.HasUnknownItem)
        {
            return HandshakeStatus.UnknownItem;
        }

        return cipher is null ? HandshakeStatus.NoCommonCipher : HandshakeStatus.Accepted;
    }

    private byte[] Acceptable(ReadOnlySpan<byte> offers)
    {
        var acceptable = new List<byte>();
        foreach (byte offer in offers)
        {
            if (_settings.Ciphers.Count == 0 || _settings.Ciphers.Contains((CipherSuite)offer))
            {
                acceptable.Add(offer);
            }
        }

        return [.. acceptable];
    }

    private static byte[]? WriteMessageTwo(
        NoiseIkHandshake handshake, byte version, uint localIndex, uint remoteIndex, ReadOnlySpan<byte> payload)
    {
        int length = HandshakeLayout.MessageTwoHeader + NoiseIkHandshake.MessageTwoOverhead + payload.Length
            + HandshakeLayout.MacsLength;
        byte[] message = new byte[length];
        message[0] = (byte)DatagramType.HandshakeResponse;
        message[HandshakeLayout.VersionOffset] = version;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HandshakeLayout.SenderIndexOffset), localIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(HandshakeLayout.ReceiverIndexOffset), remoteIndex);
        if (!handshake.TryWriteMessage(payload, message.AsSpan(HandshakeLayout.MessageTwoHeader), out _))
        {
            return null;
        }

        Span<byte> macs = message.AsSpan(length - HandshakeLayout.MacsLength);
        HandshakeMac.Write(
            handshake.RemoteStaticKey, message.AsSpan(0, length - HandshakeLayout.MacsLength), macs[..HandshakeMac.Length]);
        return message;
    }

    /// <summary>The first transport packet of an answered initiation makes it the peer's session.</summary>
    private bool TryPromote(Instant now, in PacketHeader header, Span<byte> datagram, EcnCodepoint ecn)
    {
        if (!_halfOpen.TryGetValue(header.ReceiverIndex, out HalfOpen? halfOpen) || halfOpen.Session is not { } session)
        {
            return false;
        }

        if (session.Opener.TryOpen(datagram, in header, now, Duration.Zero, out int length) != OpenResult.Opened)
        {
            Counters.DatagramsMalformed++;
            return true;
        }

        Forget(header.ReceiverIndex, halfOpen);
        if (KeepsExisting(session.PeerKey))
        {
            session.Dispose();
            return true;
        }

        var connection = new Connection(session, _settings.Connection, Pool, StreamCounters, _events, _active, now);
        Add(connection);
        connection.HandleOpened(now, in header, datagram.Slice(PacketHeader.Length, length), ecn);
        CompleteDialsTo(connection);
        RemoveIfClosed(connection);
        return true;
    }

    /// <summary>Two sessions crossed and ours is the one to keep: the peer has not spoken on it yet.</summary>
    private bool KeepsExisting(PeerKey peer) =>
        _connectionsByPeer.TryGetValue(peer, out Connection? existing)
        && existing.Session.IsInitiator
        && !existing.IsConfirmed
        && existing.State == ConnectionState.Established
        && PublicKey.IsSmallerThan(peer);

    /// <summary>Answers given before our own session was made are void; a peer that restarted will ask again.</summary>
    private void DropHalfOpenOf(PeerKey peer)
    {
        foreach ((uint index, HalfOpen halfOpen) in _halfOpen.ToArray())
        {
            if (halfOpen.Session is { } session && session.PeerKey == peer)
            {
                Forget(index, halfOpen);
                session.Dispose();
            }
        }
    }

    private void ExpireHalfOpen(Instant now)
    {
        if (_halfOpen.Count == 0)
        {
            return;
        }

        foreach ((uint index, HalfOpen halfOpen) in _halfOpen.ToArray())
        {
            if (now >= halfOpen.ExpiresAt)
            {
                Forget(index, halfOpen);
                halfOpen.Session?.Dispose();
            }
        }
    }

    private void Forget(uint index, HalfOpen halfOpen)
    {
        _halfOpen.Remove(index);
        _halfOpenByMessage.Remove(halfOpen.MessageOne);
    }
}
