using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Packets;

/// <summary>The receiving direction of a session: opens packets in place, drops repeated ones, follows key phases.</summary>
/// <remarks>
/// The next key is prepared ahead, so a forged phase byte costs one failed opening and no derivation. The replay window
/// moves only after a packet was authenticated.
/// </remarks>
internal sealed class PacketOpener : IDisposable
{
    private const int OldKeysMax = 2;

    private readonly PacketCipher _cipher;
    private readonly ReplayWindow _replay = new();
    private readonly PhaseKey?[] _old = new PhaseKey?[OldKeysMax];
    private readonly Instant[] _oldUntil = new Instant[OldKeysMax];
    private PhaseKey _current;
    private PhaseKey _next;

    public PacketOpener(PacketCipher cipher, ReadOnlySpan<byte> secret)
    {
        _cipher = cipher;
        _current = new PhaseKey(cipher, secret, 0);
        _next = _current.Next();
    }

    public byte Phase => _current.Phase;

    /// <param name="packet">A whole datagram whose header was read; opened in place.</param>
    /// <param name="keepOldKeysFor">How long a replaced key still opens late packets: three PTO.</param>
    /// <param name="plaintextLength">Bytes behind the header when opened.</param>
    public OpenResult TryOpen(
        Span<byte> packet, in PacketHeader header, Instant now, Duration keepOldKeysFor, out int plaintextLength)
    {
        plaintextLength = packet.Length - PacketHeader.Length - _cipher.TagLength;
        if (plaintextLength < 0)
        {
            return OpenResult.Malformed;
        }

        if (!_replay.IsNew(header.Counter))
        {
            return OpenResult.Duplicate;
        }

        PhaseKey? key = Find(header.KeyPhase, now);
        if (key is null)
        {
            return OpenResult.UnknownPhase;
        }

        if (!key.TryOpen(header.Counter, packet))
        {
            return OpenResult.NotAuthentic;
        }

        _replay.TryRecord(header.Counter);
        if (ReferenceEquals(key, _next))
        {
            Advance(now + keepOldKeysFor);
        }

        return OpenResult.Opened;
    }

    public void Dispose()
    {
        _current.Dispose();
        _next.Dispose();
        foreach (PhaseKey? old in _old)
        {
            old?.Dispose();
        }
    }

    private PhaseKey? Find(byte phase, Instant now)
    {
        if (phase == _current.Phase)
        {
            return _current;
        }

        if (phase == _next.Phase)
        {
            return _next;
        }

        for (int i = 0; i < OldKeysMax; i++)
        {
            if (_old[i] is { } old && old.Phase == phase && now <= _oldUntil[i])
            {
                return old;
            }
        }

        return null;
    }

    private void Advance(Instant keepUntil)
    {
        PhaseKey? oldest = _old[1];
        _old[1] = _old[0];
        _oldUntil[1] = _oldUntil[0];
        _old[0] = _current;
        _oldUntil[0] = keepUntil;
        _current = _next;
        if (oldest is null)
        {
            _next = _current.Next();
        }
        else
        {
            _next = oldest;
            _next.Follow(_current);
        }
    }
}
