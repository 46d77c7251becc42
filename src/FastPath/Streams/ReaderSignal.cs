using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>What the filling side tells one reader: bytes came, or the end did. It wakes the reader and does no work of its own.</summary>
/// <remarks>What <see cref="ReadCadence"/> lets wait is told when the loop's short delay is over.</remarks>
internal sealed class ReaderSignal(EngineLoop loop) : IReceiveListener, ILoopTask
{
    private readonly RateMeter _rate = new();
    private readonly ReadCadence _cadence = new();
    private int _ended = -1;
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
        if (!_cadence.MustTell(bytes, ring.Capacity) && (_isDelayed || loop.TryDelay(this, stream.LastProgressAt)))
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
        if (_cadence.OwesWord)
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
        _cadence.OnTold();
        Signal.Set();
    }
}
