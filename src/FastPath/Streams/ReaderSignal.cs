using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>What the filling side tells one reader: bytes came, or the end did. It wakes the reader and does no work of its own.</summary>
internal sealed class ReaderSignal(EngineLoop loop) : IReceiveListener
{
    private readonly RateMeter _rate = new();
    private int _ended = -1;

    public AsyncSignal Signal { get; } = new(loop);

    /// <summary>Called when a writer of this node is about to wait for room, on its thread.</summary>
    public Action? NoRoom { get; set; }

    /// <summary>Null while bytes may come; None when all have.</summary>
    public StreamErrorCode? Ended => Volatile.Read(ref _ended) is var code and >= 0 ? (StreamErrorCode)code : null;

    public double BytesPerSecond(Instant now, long bytes) => _rate.BytesPerSecond(now, bytes);

    public void OnStored(ReceiveStream stream, long start, long end) =>
        OnStored(stream.LastProgressAt, stream.Ring.Frontier + stream.Ring.ReorderedBytes);

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code) => End(code);

    public void OnStored(Instant now, long bytes)
    {
        _rate.Observe(now, bytes);
        Signal.Set();
    }

    /// <summary>The first code stays.</summary>
    public void End(StreamErrorCode code)
    {
        Interlocked.CompareExchange(ref _ended, (int)code, -1);
        Signal.Set();
    }
}
