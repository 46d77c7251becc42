using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Impairment;

/// <summary>
/// A socket whose sends meet loss, duplication, reordering, delay and damage; receives are untouched.
/// </summary>
/// <remarks>
/// Put around the sockets of both ends, every direction of a link is impaired once. A datagram held back goes out in
/// time as long as the loop waits on this socket: <see cref="Wait"/> returns when one is due. Dispose sends what is
/// still held.
/// </remarks>
internal sealed class ImpairedDatagramSocket : IDatagramSocket
{
    private readonly IDatagramSocket _inner;
    private readonly ImpairmentSettings _settings;
    private readonly ImpairmentModel _model;
    private readonly TimeProvider _time;
    private readonly HeldDatagrams _held = new();
    private readonly byte[] _scratch = new byte[ushort.MaxValue];
    private int _rented;
    private long _number;

    /// <param name="time">The clock of delays; the system's when null.</param>
    public ImpairedDatagramSocket(IDatagramSocket inner, ImpairmentSettings settings, TimeProvider? time = null)
    {
        _inner = inner;
        _settings = settings;
        _model = new ImpairmentModel(settings);
        _time = time ?? TimeProvider.System;
    }

    public PeerAddress LocalAddress => _inner.LocalAddress;

    public DatagramSocketCounters Counters => _inner.Counters;

    public DatagramSocketReport Report => _inner.Report;

    public EcnCodepoint ReceivedEcn => _inner.ReceivedEcn;

    public long? KernelDrops => _inner.KernelDrops;

    public ImpairmentCounters Impairments { get; } = new();

    /// <summary>Datagrams that are still to go out.</summary>
    public int HeldCount => _held.Count;

    public bool TryReceive(out Span<byte> datagram, out PeerAddress from)
    {
        Release();
        return _inner.TryReceive(out datagram, out from);
    }

    public Span<byte> RentSend(int lengthMax)
    {
        _rented = lengthMax;
        return _scratch.AsSpan(0, lengthMax);
    }

    // Like many a bad path it clears the codepoint.
    public void CommitSend(int length, PeerAddress to, EcnCodepoint ecn = EcnCodepoint.NotCapable)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_rented, nameof(length));
        _rented = 0;
        _number++;
        Impairments.Offered++;
        DatagramFate fate = _model.Next(length);
        if (fate.IsLost)
        {
            Impairments.Lost++;
        }
        else
        {
            CommitImpaired(_scratch.AsSpan(0, length), to, in fate);
        }

        Release();
    }

    public void Flush()
    {
        Release();
        _inner.Flush();
    }

    public bool TryTakeRefused(out RefusedDatagram refused) => _inner.TryTakeRefused(out refused);

    public void Wait(TimeSpan timeout)
    {
        Release();
        _inner.Wait(UntilNextRelease(timeout));
        Flush();
    }

    public void Wake() => _inner.Wake();

    public bool HasArrived => _inner.HasArrived || _held.NextDue <= _time.GetTimestamp();

    public bool HoldsReceived => _inner.HoldsReceived;

    public void Join(SharedWait wait) => _inner.Join(wait);

    public TimeSpan Rest(TimeSpan timeout)
    {
        Flush();
        return _inner.Rest(UntilNextRelease(timeout));
    }

    public void Dispose()
    {
        Release(long.MaxValue);
        _inner.Flush();
        _inner.Dispose();
    }

    private void CommitImpaired(Span<byte> datagram, PeerAddress to, in DatagramFate fate)
    {
        if (fate.IsDuplicated)
        {
            Impairments.Duplicated++;
            _inner.CommitCopy(datagram, to);
        }

        Span<byte> impaired = datagram[..fate.Length];
        fate.Flip(impaired);
        Impairments.Truncated += fate.Length < datagram.Length ? 1 : 0;
        Impairments.Corrupted += fate.FlippedBits > 0 ? 1 : 0;
        if (fate.IsHeld && _held.Count < _settings.HeldMax)
        {
            Hold(impaired, to, in fate);
        }
        else
        {
            _inner.CommitCopy(impaired, to);
        }
    }

    private void Hold(ReadOnlySpan<byte> datagram, PeerAddress to, in DatagramFate fate)
    {
        long now = _time.GetTimestamp();
        if (fate.Delay > TimeSpan.Zero)
        {
            // A delay is a promise of slowness: others may pass, but it is not released early for that.
            Impairments.Delayed++;
            _held.Hold(datagram, to, now + ToTicks(fate.Delay), long.MaxValue);
        }
        else
        {
            Impairments.Reordered++;
            _held.Hold(datagram, to, now + ToTicks(_settings.ReorderTimeout), _number + fate.PassedBy);
        }
    }

    private void Release()
    {
        if (_held.Count > 0)
        {
            Release(_time.GetTimestamp());
        }
    }

    private void Release(long now)
    {
        while (_held.TryRelease(now, _number, out ReadOnlySpan<byte> datagram, out PeerAddress to))
        {
            _inner.CommitCopy(datagram, to);
        }
    }

    private TimeSpan UntilNextRelease(TimeSpan timeout)
    {
        long due = _held.NextDue;
        if (due == long.MaxValue)
        {
            return timeout;
        }

        long now = _time.GetTimestamp();
        TimeSpan until = due <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, due);
        return timeout == Timeout.InfiniteTimeSpan || until < timeout ? until : timeout;
    }

    private long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
