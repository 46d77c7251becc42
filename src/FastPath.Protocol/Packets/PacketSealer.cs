using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Packets;

/// <summary>The sending direction of a session: counts packets, seals them, moves to the next key phase.</summary>
/// <remarks>
/// A phase begins only after a packet of the phase before was acknowledged, so the peer is never more than one behind.
/// </remarks>
internal sealed class PacketSealer : IDisposable
{
    private readonly PacketCipher _cipher;
    private readonly RekeyLimits _limits;
    private readonly ulong _packetsMax;
    private PhaseKey _key;
    private PhaseKey _next;
    private ulong _phaseStart;
    private Instant _phaseStartedAt;
    private bool _phaseAcknowledged;

    public PacketSealer(PacketCipher cipher, ReadOnlySpan<byte> secret, RekeyLimits limits, Instant now)
    {
        _cipher = cipher;
        _limits = limits;
        _packetsMax = Math.Min(cipher.PacketsMax, limits.PacketsMax);
        _key = new PhaseKey(cipher, secret, 0);
        _next = _key.Next();
        _phaseStartedAt = now;
    }

    /// <summary>Bytes that protection adds to the frames of a packet.</summary>
    public int Overhead => PacketHeader.Length + _cipher.TagLength;

    public ulong NextCounter { get; private set; }

    public byte Phase => _key.Phase;

    public long Rekeyings { get; private set; }

    /// <summary>False at the cipher's hard limit when no rekeying was possible: then the session must end.</summary>
    public bool CanSeal => NextCounter - _phaseStart < _cipher.PacketsMax && NextCounter != ulong.MaxValue;

    /// <summary>Seals <paramref name="plaintextLength"/> bytes that lie behind the header's place.</summary>
    /// <returns>Length of the packet.</returns>
    public int Seal(uint receiverIndex, Span<byte> packet, int plaintextLength)
    {
        if (!CanSeal)
        {
            throw new InvalidOperationException("The key of this phase is used up and its successor is not allowed yet.");
        }

        int length = plaintextLength + Overhead;
        new PacketHeader(receiverIndex, _key.Phase, NextCounter).Write(packet);
        _key.Seal(NextCounter, packet[..length]);
        NextCounter++;
        return length;
    }

    public void OnAcknowledged(ulong counter) => _phaseAcknowledged |= counter >= _phaseStart;

    /// <summary>Moves to the next phase when a limit is reached; called once a turn.</summary>
    /// <returns>True when the phase changed.</returns>
    public bool TryRekey(Instant now)
    {
        bool isDue = NextCounter - _phaseStart >= _packetsMax || now - _phaseStartedAt >= _limits.TimeMax;
        return isDue && TryAdvance(now);
    }

    /// <summary>Follows a peer that has moved on to <paramref name="phase"/>, when it is the next one.</summary>
    public void Follow(byte phase, Instant now)
    {
        if (phase == _next.Phase)
        {
            TryAdvance(now);
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        _next.Dispose();
    }

    private bool TryAdvance(Instant now)
    {
        if (!_phaseAcknowledged)
        {
            return false;
        }

        (_key, _next) = (_next, _key);
        _next.Follow(_key);
        _phaseStart = NextCounter;
        _phaseStartedAt = now;
        _phaseAcknowledged = false;
        Rekeyings++;
        return true;
    }
}
