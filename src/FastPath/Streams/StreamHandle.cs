using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>An incoming stream, readable while it arrives.</summary>
/// <remarks>
/// One reader at a time. Memory that a read returns belongs to the stream's ring and is valid until the next read or Dispose;
/// what was read becomes credit for the sender, so a reader that pauses slows the sender down and loses nothing.
/// Disposing the last handle before the end tells the sender to stop.
/// </remarks>
public sealed class StreamHandle : IDisposable, IAsyncEnumerable<ReadOnlyMemory<byte>>
{
    private readonly ReceiveStream _stream;
    private readonly RingCursor _cursor;
    private readonly EngineLoop _loop;
    private readonly AsyncSignal _signal;
    private readonly CoalescedTask _consumed;
    private readonly Listener _listener;
    private readonly StreamReaders? _readers;
    private long _position;
    private long _reportedPosition;
    private int _isDisposed;

    /// <param name="loop">The thread that owns the stream.</param>
    /// <param name="stream">Attached to when <see cref="Attach"/> is called, on the loop.</param>
    /// <param name="cursor">Of this handle alone.</param>
    /// <param name="readers">Counts the application's handles of the stream; null for one that only reads along.</param>
    internal StreamHandle(EngineLoop loop, ReceiveStream stream, RingCursor cursor, StreamReaders? readers)
    {
        _loop = loop;
        _stream = stream;
        _cursor = cursor;
        _readers = readers;
        _position = cursor.Position;
        _reportedPosition = _position;
        _signal = new AsyncSignal(loop);
        _consumed = new CoalescedTask(loop, now => _stream.Connection.Streams.OnConsumed(_stream, now));
        _listener = new Listener(_signal);
    }

    /// <summary>Names the transfer at both ends and at every relay between them.</summary>
    public UInt128 TransferId => _stream.Description!.TransferId;

    /// <summary>Bytes of the whole payload; null while only the end will tell.</summary>
    public long? TotalLength => _stream.Ring.FinalSize >= 0 ? _stream.Ring.FinalSize : null;

    /// <summary>Bytes from the start on that have arrived without a gap.</summary>
    public long ReceivedBytes => _stream.Ring.Frontier;

    /// <summary>Every byte has arrived (not: has been read).</summary>
    public bool IsComplete => _stream.Ring.IsComplete;

    /// <summary>What the opener said about the stream; at most 899 bytes.</summary>
    public ReadOnlyMemory<byte> Metadata => _stream.Description!.Metadata.Length > 0 ? _stream.Description.Metadata[1..] : default;

    /// <summary>BLAKE3 of the whole payload as announced, 32 bytes; empty while not known: it may come with the end.</summary>
    public ReadOnlyMemory<byte> Digest => _stream.Digest;

    /// <summary>Absolute offset of the first byte that this stream brings: not 0 where a broken transfer goes on.</summary>
    public long StartOffset => _stream.Ring.StartOffset;

    internal ReceiveStream Stream => _stream;

    /// <summary>Waits for bytes and gives all that lie together; empty at the end of the stream.</summary>
    /// <exception cref="FastPathException">The stream ended early; what had come before was readable before.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadAvailableAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(int.MaxValue, cancellationToken);

    /// <summary>Waits for bytes and gives at most so many; empty at the end of the stream.</summary>
    /// <exception cref="FastPathException">The stream ended early; what had come before was readable before.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        Release();
        FragmentRing ring = _stream.Ring;
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed != 0, this);

            // The end is looked at before the bytes: what came before the end is then seen for sure.
            StreamErrorCode? ended = _listener.Ended;
            long frontier = ring.Frontier;
            if (_position < frontier)
            {
                ReadOnlyMemory<byte> bytes = ring.Peek(_position, Math.Min(frontier, _position + maxBytes));
                _position += bytes.Length;
                return bytes;
            }

            if (_position == ring.FinalSize)
            {
                return default;
            }

            if (ended is { } code)
            {
                throw StreamFailures.Create(code, Failure());
            }

            ReportConsumed(atLeast: 1);
            await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads to the end into pooled blocks that are charged to the node's budget.</summary>
    /// <param name="maxBytes">More than this fails at once when it was announced, and as soon as it came otherwise.</param>
    /// <param name="cancellationToken">Leaves the stream readable from where it stopped; what was gathered is given back.</param>
    /// <exception cref="FastPathException">TooLarge, LocalResource (the budget), or why the stream ended early.</exception>
    public async ValueTask<PooledPayload> ReadAllAsync(long maxBytes, CancellationToken cancellationToken = default)
    {
        if (TotalLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var payload = new PooledPayload(_stream.Ring.Pool);
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes = await ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
                if (bytes.IsEmpty)
                {
                    return payload;
                }

                if (payload.Length + bytes.Length > maxBytes)
                {
                    throw TooLarge(maxBytes);
                }

                if (!payload.TryAppend(bytes.Span))
                {
                    throw new FastPathException(
                        FastPathError.LocalResource, "the node's memory budget is used up", transfer: Failure());
                }
            }
        }
        catch
        {
            payload.Dispose();
            throw;
        }
    }

    /// <summary>Another reader of the same stream, from its first byte on, that lives and ends on its own (scenario P1).</summary>
    /// <exception cref="FastPathException">TooLate: bytes were given back already.</exception>
    /// <exception cref="ObjectDisposedException">This handle was disposed.</exception>
    public StreamHandle Fork()
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        RingCursor cursor = _stream.Ring.TryAddCursor()
            ?? throw new FastPathException(FastPathError.TooLate, "the first bytes were read by everybody and given back");
        _readers?.Add();
        var fork = new StreamHandle(_loop, _stream, cursor, _readers);
        _loop.Post(_ => fork.Attach());
        return fork;
    }

    /// <summary>The handle as a forward-only System.IO stream, which disposes it.</summary>
    public Stream AsStream() => new HandleStream(this);

    /// <summary>The handle as a pipe reader, which disposes it when completed.</summary>
    public PipeReader AsPipeReader() => PipeReader.Create(AsStream());

    /// <summary>The parts as they come; each is valid until the next is asked for.</summary>
    public async IAsyncEnumerator<ReadOnlyMemory<byte>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadOnlyMemory<byte> part = await ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            if (part.IsEmpty)
            {
                yield break;
            }

            yield return part;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Stop(StreamErrorCode.Cancelled);

    /// <summary>Begins to hear of the stream; on the loop thread.</summary>
    internal StreamHandle Attach()
    {
        _stream.Attach(_listener);
        return this;
    }

    /// <summary>Ends the reading; the sender hears the code when the stream has not ended yet.</summary>
    internal void Stop(StreamErrorCode code)
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _signal.Set();
        bool isLast = _readers?.Remove() == true;
        _loop.Post(now =>
        {
            if (isLast)
            {
                _stream.Connection.Streams.Stop(_stream, code);
            }

            _stream.Ring.RemoveCursor(_cursor);
            _stream.Connection.Streams.OnConsumed(_stream, now);
        });
    }

    private void Release()
    {
        if (_cursor.Position < _position)
        {
            _cursor.Advance(_position);
            ReportConsumed(atLeast: Math.Max(1, _stream.Ring.Capacity / 8));
        }
    }

    private void ReportConsumed(long atLeast)
    {
        if (_cursor.Position - _reportedPosition >= atLeast)
        {
            _reportedPosition = _cursor.Position;
            _consumed.Post();
        }
    }

    private FastPathException TooLarge(long maxBytes)
    {
        Stop(StreamErrorCode.TooLarge);
        return new FastPathException(
            FastPathError.TooLarge, $"the payload is larger than {maxBytes} bytes", transfer: Failure());
    }

    private TransferFailure Failure() => TransferFailure.Of(_stream);

    private sealed class Listener(AsyncSignal signal) : IReceiveListener
    {
        private int _ended = -1;

        public StreamErrorCode? Ended => Volatile.Read(ref _ended) is var code and >= 0 ? (StreamErrorCode)code : null;

        public void OnStored(ReceiveStream stream, long start, long end) => signal.Set();

        public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
        {
            Volatile.Write(ref _ended, (int)code);
            signal.Set();
        }
    }
}
