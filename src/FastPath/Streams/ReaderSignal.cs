using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>What the filling side tells one reader: bytes came, or the end did. It wakes the reader and does no work of its own.</summary>
/// <remarks>
/// The first bytes, bytes that come in small numbers and the end are told at once. A reader that gets many at a time is told
/// of the next ones a little later or when they are many: waking it for each batch would cost more than its reading does.
/// </remarks>
internal sealed class ReaderSignal(EngineLoop loop) : IReceiveListener, ILoopTask
{
    private const long ManyBytes = 16 * 1_024;
    private const long StepBytes = 256 * 1_024;
    private const int StepFraction = 4;

    private readonly RateMeter _rate = new();
    private int _ended = -1;
    private long _bytes;
    private long _toldBytes;
    private bool _wasToldOfMany;
    private bool _isDelayed;

    public AsyncSignal Signal { get; } = new(loop);

    /// <summary>Called when a writer of this node is about to wait for room, on its thread.</summary>
    public Action? NoRoom { get; set; }

    /// <summary>Null while bytes may come; None when all have.</summary>
    public StreamErrorCode? Ended => Volatile.Read(ref _ended) is var code and >= 0 ? (StreamErrorCode)code : null;

    public double BytesPerSecond(Instant now, long bytes) => _rate.BytesPerSecond(now, bytes);

    public void OnStored(ReceiveStream stream, long start, long end)
    {
        FragmentRing ring = stream.Ring;
        long bytes = ring.Frontier + ring.ReorderedBytes;
        _rate.Observe(stream.LastProgressAt, bytes);
        _bytes = bytes;
        if (_wasToldOfMany && bytes - _toldBytes < Math.Min(StepBytes, ring.Capacity / StepFraction)
            && (_isDelayed || loop.TryDelay(this, stream.LastProgressAt)))
        {
            _isDelayed = true;
            return;
        }

        Tell();
    }

    public void OnStored(Instant now, long bytes)
    {
        _rate.Observe(now, bytes);
        Signal.Set();
    }

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code) => End(code);

    /// <summary>The delay is over.</summary>
    void ILoopTask.Run(Instant now)
    {
        _isDelayed = false;
        if (_bytes > _toldBytes)
        {
            Tell();
        }
    }

    /// <summary>The first code stays.</summary>
    public void End(StreamErrorCode code)
    {
        Interlocked.CompareExchange(ref _ended, (int)code, -1);
        Signal.Set();
    }

    private void Tell()
    {
        _wasToldOfMany = _bytes - _toldBytes >= ManyBytes;
        _toldBytes = _bytes;
        Signal.Set();
    }
}
