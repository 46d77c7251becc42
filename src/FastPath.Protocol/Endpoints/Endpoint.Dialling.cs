using System.Buffers.Binary;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Endpoints;

/// <summary>The initiator's side of the handshake.</summary>
internal sealed partial class Endpoint
{
    private readonly Dictionary<uint, Dial> _dials = [];

    /// <summary>Begins a handshake; <see cref="TryPollDialResult"/> tells the end. An open session is the answer at once.</summary>
    public void Dial(Instant now, PeerKey peer, PeerAddress address)
    {
        if (_isClosed)
        {
            FailDial(peer, CloseCode.None, HandshakeStatus.Accepted);
            return;
        }

        if (_connectionsByPeer.TryGetValue(peer, out Connection? existing) && existing.State == ConnectionState.Established)
        {
            CompleteDial(peer, existing);
            return;
        }

        Span<byte> remoteKey = stackalloc byte[PeerKey.Length];
        peer.Write(remoteKey);
        Span<byte> ephemeral = stackalloc byte[StaticKeyPair.KeyLength];
        _random.Fill(ephemeral);
        uint index = NewIndex();
        Span<byte> prologue = stackalloc byte[HandshakeLayout.MessageOneHeader];
        WriteMessageOneHeader(prologue, index);
        var dial = new Dial(
            peer, address, index, NoiseIkHandshake.Initiator(prologue, _identity, remoteKey, ephemeral))
        {
            Deadline = now + _settings.HandshakeTimeout,
            RetryAt = now + _settings.HandshakeRetry,
            RetryPause = _settings.HandshakeRetry,
        };
        if (!TryWriteMessageOne(dial, prologue, remoteKey))
        {
            dial.Dispose();
            FailDial(peer, CloseCode.Refused, HandshakeStatus.NotAuthorized);
            return;
        }

        _dials.Add(index, dial);
        _outbox.Enqueue((address, dial.MessageOne));
    }

    private void WriteMessageOneHeader(Span<byte> header, uint index)
    {
        header.Clear();
        header[0] = (byte)DatagramType.HandshakeInitiation;
        header[HandshakeLayout.VersionOffset] = _settings.WireVersionMax;
        BinaryPrimitives.WriteUInt32LittleEndian(header[HandshakeLayout.SenderIndexOffset..], index);
    }

    private bool TryWriteMessageOne(Dial dial, ReadOnlySpan<byte> header, ReadOnlySpan<byte> remoteKey)
    {
        Span<byte> payload = stackalloc byte[HandshakeLayout.MessageOnePayload];
        Span<byte> token = stackalloc byte[StatelessResetToken.Length];
        _resetTokens.Write(dial.LocalIndex, dial.Address, token);
        int length = new HandshakePayload
        {
            VersionMin = _settings.WireVersionMin,
            VersionMax = _settings.WireVersionMax,
            Role = _settings.Role,
            Ciphers = CipherOffers(),
            Capabilities = OwnCapabilities,
            ResetToken = token,
        }.Write(payload, pad: true);
        Span<byte> message = dial.MessageOne;
        header.CopyTo(message);
        Span<byte> noise = message[HandshakeLayout.MessageOneHeader..^HandshakeLayout.MacsLength];
        if (!dial.Handshake.TryWriteMessage(payload[..length], noise, out _))
        {
            return false;
        }

        Span<byte> macs = message[^HandshakeLayout.MacsLength..];
        HandshakeMac.Write(remoteKey, message[..^HandshakeLayout.MacsLength], macs[..HandshakeMac.Length]);
        return true;
    }

    private byte[] CipherOffers()
    {
        var offers = new List<byte>();
        foreach (PacketCipher cipher in PacketCipher.Supported)
        {
            if (_settings.Ciphers.Count == 0 || _settings.Ciphers.Contains(cipher.Suite))
            {
                offers.Add((byte)cipher.Suite);
            }
        }

        return [.. offers];
    }

    private void HandleResponse(Instant now, PeerAddress from, ReadOnlySpan<byte> message)
    {
        int bodyLength = message.Length - HandshakeLayout.MessageTwoHeader - HandshakeLayout.MacsLength;
        if (bodyLength < NoiseIkHandshake.MessageTwoOverhead || message.Length > HandshakeLayout.MessageOneLength
            || !HandshakeMac.Verify(
                _identity.PublicKey,
                message[..^HandshakeLayout.MacsLength],
                message.Slice(message.Length - HandshakeLayout.MacsLength, HandshakeMac.Length)))
        {
            Counters.DatagramsMalformed++;
            return;
        }

        uint localIndex = BinaryPrimitives.ReadUInt32LittleEndian(message[HandshakeLayout.ReceiverIndexOffset..]);
        if (!_dials.TryGetValue(localIndex, out Dial? dial) || dial.Address != from)
        {
            Counters.DatagramsUnknownIndex++;
            return;
        }

        uint remoteIndex = BinaryPrimitives.ReadUInt32LittleEndian(message[HandshakeLayout.SenderIndexOffset..]);
        Span<byte> payloadBytes = stackalloc byte[HandshakeLayout.MessageOneLength];
        ReadOnlySpan<byte> body = message.Slice(HandshakeLayout.MessageTwoHeader, bodyLength);

        // The state machine is spent by a message that fails, so only what its MAC vouched for gets here; who can forge
        // that MAC knows this node's key and sits on the path, and can drop packets anyway.
        _dials.Remove(localIndex);
        using (dial)
        {
            if (!dial.Handshake.TryReadMessage(body, payloadBytes, out int length)
                || !HandshakePayload.TryRead(payloadBytes[..length], out HandshakePayload payload))
            {
                Redial(now, dial);
                return;
            }

            FinishDial(now, dial, remoteIndex, in payload);
        }
    }

    private void FinishDial(Instant now, Dial dial, uint remoteIndex, in HandshakePayload payload)
    {
        PacketCipher? cipher = payload.Ciphers.Length == 1 ? PacketCipher.Find((CipherSuite)payload.Ciphers[0]) : null;
        HandshakeStatus status = payload switch
        {
            { Status: not HandshakeStatus.Accepted } => payload.Status,
            _ when !HasVersionFor(in payload) => HandshakeStatus.IncompatibleVersion,
            { HasUnknownItem: true } => HandshakeStatus.UnknownItem,
            _ => cipher is null ? HandshakeStatus.NoCommonCipher : HandshakeStatus.Accepted,
        };
        if (status != HandshakeStatus.Accepted)
        {
            FailDial(dial.Peer, CloseCode.Refused, status, payload.VersionMin, payload.VersionMax);
            return;
        }

        var session = new Session(dial.Handshake, isInitiator: true, cipher!, _settings.Connection.RekeyLimits, now)
        {
            PeerAddress = dial.Address,
            LocalIndex = dial.LocalIndex,
            RemoteIndex = remoteIndex,
            PeerRole = payload.Role,
            WireVersion = VersionWith(in payload),
            Negotiated = NegotiateWith(in payload),
            PeerResetToken = payload.ResetToken,
        };
        var connection = new Connection(session, _settings.Connection, Pool, StreamCounters, _events, _active, now);
        Add(connection);

        // The responder may send only after it has opened a packet of ours.
        connection.QueueFirstPing();
        CompleteDial(dial.Peer, connection);
        if (PublicKey.IsSmallerThan(dial.Peer))
        {
            DropHalfOpenOf(dial.Peer);
        }
    }

    private void Redial(Instant now, Dial dial)
    {
        if (now < dial.Deadline)
        {
            Dial(now, dial.Peer, dial.Address);
        }
        else
        {
            FailDial(dial.Peer, CloseCode.HandshakeTimeout, default);
        }
    }

    private void RetryDials(Instant now)
    {
        if (_dials.Count == 0)
        {
            return;
        }

        foreach (Dial dial in _dials.Values.ToArray())
        {
            if (now >= dial.Deadline)
            {
                _dials.Remove(dial.LocalIndex);
                dial.Dispose();
                Counters.HandshakesTimedOut++;
                FailDial(dial.Peer, CloseCode.HandshakeTimeout, default);
            }
            else if (now >= dial.RetryAt)
            {
                dial.RetryPause *= 2;
                dial.RetryAt = now + dial.RetryPause;
                _outbox.Enqueue((dial.Address, dial.MessageOne));
            }
        }
    }

    /// <summary>A session with the peer is up, whoever began it: every dial to that peer has its answer.</summary>
    private void CompleteDialsTo(Connection connection)
    {
        foreach (Dial dial in _dials.Values.Where(d => d.Peer == connection.Session.PeerKey).ToArray())
        {
            _dials.Remove(dial.LocalIndex);
            dial.Dispose();
            CompleteDial(dial.Peer, connection);
        }
    }

    private void CompleteDial(PeerKey peer, Connection connection) =>
        _dialResults.Enqueue(new DialResult(peer, connection, CloseCode.None, HandshakeStatus.Accepted, 0, 0));

    private void FailDial(
        PeerKey peer, CloseCode failure, HandshakeStatus status, byte versionMin = 0, byte versionMax = 0) =>
        _dialResults.Enqueue(new DialResult(peer, null, failure, status, versionMin, versionMax));
}
