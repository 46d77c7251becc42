using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>Readers of this node: they see the bytes when they are written, and hold the window like any target.</summary>
internal sealed partial class RingWriter
{
    private readonly Lock _readersGate = new();
    private ReaderSignal[] _readers = [];
    private StreamErrorCode? _readersEnded;
    private long _lastWrittenAt = MonotonicClock.Now.Nanoseconds;

    /// <summary>When a reader of this node was last told of a byte.</summary>
    public Instant LastWrittenAt => new(Volatile.Read(ref _lastWrittenAt));

    /// <summary>Adds a handle that counts as one of the targets; before the first byte is written.</summary>
    public StreamHandle AddReader()
    {
        RingCursor cursor = Ring.TryAddCursor()
            ?? throw new FastPathException(FastPathError.TooLate, "the first bytes were given back already", transfer: DescribeFailure());
        Interlocked.Increment(ref _live);
        return new StreamHandle(new RingSource(this), cursor, new StreamReaders()).AttachAnywhere();
    }

    /// <summary>A reader that <see cref="AddReader"/> gave is done, with all its forks.</summary>
    public void EndReader(StreamErrorCode code)
    {
        if (code != StreamErrorCode.None && _failure == StreamErrorCode.None && !Ring.IsComplete)
        {
            _failure = code;
        }

        EndOne();
    }

    public void AttachReader(ReaderSignal signal)
    {
        StreamErrorCode? ended;
        lock (_readersGate)
        {
            _readers = [.. _readers, signal];
            ended = _readersEnded;
        }

        signal.OnStored(LastWrittenAt, Ring.Frontier);
        if (ended is { } code)
        {
            signal.End(code);
        }
    }

    /// <summary>A cursor moved or went: there may be room.</summary>
    public void OnReaderMoved() => WakeWhenWorthIt();

    private void TellReaders()
    {
        ReaderSignal[] readers = Volatile.Read(ref _readers);
        if (readers.Length == 0)
        {
            return;
        }

        Instant now = MonotonicClock.Now;
        Volatile.Write(ref _lastWrittenAt, now.Nanoseconds);
        foreach (ReaderSignal reader in readers)
        {
            reader.OnStored(now, Ring.Frontier);
        }
    }

    /// <summary>A writer is about to wait for the readers.</summary>
    private void TellNoRoom()
    {
        foreach (ReaderSignal reader in Volatile.Read(ref _readers))
        {
            reader.NoRoom?.Invoke();
        }
    }

    private void EndReaders(StreamErrorCode code)
    {
        lock (_readersGate)
        {
            _readersEnded ??= code;
        }

        foreach (ReaderSignal reader in Volatile.Read(ref _readers))
        {
            reader.End(code);
        }
    }
}
