using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;

namespace FastPath.Streams;

/// <summary>A stream to one peer, written in order.</summary>
/// <remarks>
/// One write at a time; a second one, or one after the end, is an InvalidOperationException. Writing waits when the receiver
/// or the path is slower; nothing is dropped, and bytes leave as soon as they are written. A cancelled write leaves what it
/// had written; the stream goes on behind it. Disposing before <see cref="CompleteAsync"/> has returned gives the stream up,
/// and the reader at the other end is told.
/// </remarks>
public sealed class OutgoingStream : IAsyncDisposable
{
    private const int Idle = 0;
    private const int Writing = 1;
    private const int Disposed = 2;
    private const int WritingDisposed = 3;

    private readonly RingWriter _writer;
    private int _state;
    private int _lentBytes;
    private bool _isFinished;

    internal OutgoingStream(RingWriter writer) => _writer = writer;

    /// <summary>Names the transfer at both ends and at every relay between them.</summary>
    public UInt128 TransferId => _writer.Description.TransferId;

    /// <summary>Bytes that the next hop has acknowledged without a gap.</summary>
    public long AcknowledgedBytes => _writer.Routes[0].Position;

    /// <summary>How far the stream has come; costs a few reads of memory and no allocation.</summary>
    public OutgoingProgress Progress
    {
        get
        {
            long size = _writer.Ring.FinalSize >= 0 ? _writer.Ring.FinalSize : _writer.Description.TotalLength;
            TimeSpan age = (MonotonicClock.Now - _writer.LastAcknowledgedAt).ToTimeSpan();
            return new OutgoingProgress(
                _writer.Ring.Frontier,
                _writer.Routes[0].Stream?.HighestSent ?? _writer.Ring.StartOffset,
                AcknowledgedBytes,
                size >= 0 ? size : null,
                _writer.AcknowledgedPerSecond,
                age > TimeSpan.Zero ? age : TimeSpan.Zero);
        }
    }

    /// <summary>How far the payload has got. What is above acknowledged is known only of a stream opened with reports.</summary>
    public TransferLevel Level => _writer.Level;

    internal RingWriter Writer => _writer;

    /// <summary>Bytes that may still be written: as many as were announced, or without a limit.</summary>
    internal long RoomBytes => _writer.Description.FinalSize is var total and >= 0 ? total - _writer.Ring.Frontier : long.MaxValue;

    /// <summary>Waits for free slots of the stream's ring and gives some memory of them, to be filled in place.</summary>
    /// <remarks>Of one block (8 KiB at most). The memory is not valid any more after <see cref="Advance"/> or Dispose.</remarks>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> GetMemoryAsync(CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            ThrowIfFull(1);
            Memory<byte> space = await _writer.GetSpaceAsync(cancellationToken).ConfigureAwait(false);
            return Lend(space);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Gives memory of free slots, at least so much of it in one piece, when that is there without waiting.</summary>
    /// <param name="memory">Empty when the result is false.</param>
    /// <param name="atLeast">1 and more; more than a block never is.</param>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    public bool TryGetMemory(out Memory<byte> memory, int atLeast = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(atLeast);
        memory = default;
        Enter();
        try
        {
            if (RoomBytes < atLeast || !_writer.TryGetSpace(out Memory<byte> space) || space.Length < atLeast)
            {
                GiveBackUnused();
                return false;
            }

            memory = Lend(space);
            return true;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>The first bytes of the memory that was given are payload now, and leave.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than was given.</exception>
    public void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _lentBytes);
        Enter();
        try
        {
            _lentBytes = 0;
            if (bytes > 0)
            {
                _writer.Commit(bytes);
            }
            else
            {
                _writer.GiveBack();
            }
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Copies bytes into the stream; returns when all of them lie in its ring, to be sent.</summary>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    /// <exception cref="InvalidOperationException">Another write is under way, the end was written, or more than announced.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            ThrowIfFull(bytes.Length);
            _lentBytes = 0;
            while (!bytes.IsEmpty)
            {
                int count = _writer.Append(bytes.Span);
                bytes = bytes[count..];
                if (count == 0)
                {
                    await _writer.GetSpaceAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Reads a body from an offset to its end, straight into the stream's ring.</summary>
    /// <remarks>An incremental serializer is a body: it writes itself piece by piece as the stream has room.</remarks>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    /// <exception cref="InvalidOperationException">Another write is under way, the end was written, or more than announced.</exception>
    public async ValueTask WriteAsync(IBody body, long from = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, body.Length);
        Enter();
        try
        {
            ThrowIfFull(body.Length - from);
            _lentBytes = 0;
            while (from < body.Length)
            {
                Memory<byte> space = await _writer.GetSpaceAsync(cancellationToken).ConfigureAwait(false);
                int count = (int)Math.Min(space.Length, body.Length - from);
                body.Read(from, space.Span[..count]);
                _writer.Commit(count);
                from += count;
            }
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Waits until the stream has room for more; what was written has left or is about to without it.</summary>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            if (RoomBytes > 0)
            {
                await _writer.GetSpaceAsync(cancellationToken).ConfigureAwait(false);
                GiveBackUnused();
            }
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Says that nothing follows, and waits until the next hop has acknowledged every byte.</summary>
    /// <param name="cancellationToken">Ends the wait alone; a later call waits on.</param>
    /// <exception cref="FastPathException">The stream has failed.</exception>
    /// <exception cref="InvalidOperationException">A write is under way, or fewer bytes were written than announced.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        Finish();
        return _writer.WaitForEndAsync(cancellationToken);
    }

    /// <summary>Waits until the payload is known to have reached a level. Comes after <see cref="CompleteAsync"/> was called.</summary>
    /// <exception cref="FastPathException">It can no longer be known: the stream failed, or the connection to the next hop ended.</exception>
    /// <exception cref="InvalidOperationException">A level that needs reports, of a stream opened without, or to a peer that sends none.</exception>
    public Task WaitForAsync(TransferLevel level, CancellationToken cancellationToken = default)
    {
        if (level > TransferLevel.Acknowledged && !_writer.IsReported)
        {
            throw new InvalidOperationException($"Nobody reports when the payload is {level}: open the stream with reports, to a peer that sends them.");
        }

        return _writer.LevelWaits.WaitAsync(level).WaitAsync(cancellationToken);
    }

    /// <summary>Gives the stream up; the reader at the other end is told the reason, and so is who writes or waits here.</summary>
    public void Abort(FastPathError reason = FastPathError.Cancelled)
    {
        _isFinished = true;
        _writer.Reset(StreamFailures.CodeOf(reason));
    }

    /// <summary>The stream as a pipe writer over the ring itself. Completing it completes the stream and disposes it.</summary>
    /// <remarks>
    /// Memory is of the ring while that has a piece as large as asked for; otherwise it is a buffer that is copied at the next
    /// flush. Unflushed bytes are limited to the stream's window: a writer that goes beyond without flushing gets an
    /// InvalidOperationException.
    /// </remarks>
    public PipeWriter AsPipeWriter() => new RingPipeWriter(this);

    /// <summary>The stream as a write-only System.IO stream, which disposes it.</summary>
    /// <param name="completesOnDispose">
    /// Disposing says that nothing follows and waits for the next hop. Otherwise it gives up what <see cref="CompleteAsync"/> has
    /// not completed: so a writer that fails half-way never looks like one that is done.
    /// </param>
    public Stream AsStream(bool completesOnDispose = false) => new WriterStream(this, completesOnDispose);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        DisposeNow();
        return ValueTask.CompletedTask;
    }

    internal void DisposeNow()
    {
        int state = Interlocked.Or(ref _state, Disposed);
        if (state == Idle)
        {
            _writer.Dispose();
        }
        else if (state == Writing)
        {
            // The write wakes and fails; the ring stays until it has let go.
            _writer.Stop();
        }
    }

    /// <summary>Says that nothing follows.</summary>
    internal void Finish()
    {
        if (_isFinished)
        {
            return;
        }

        Enter();
        try
        {
            if (_writer.Description.TotalLength >= 0 && RoomBytes != 0)
            {
                throw new InvalidOperationException(
                    $"{_writer.Description.TotalLength} bytes were announced, {_writer.Ring.Frontier} written.");
            }

            _isFinished = true;
            _writer.Finish(_writer.Ring.Frontier);
        }
        finally
        {
            Exit();
        }
    }

    internal void Enter()
    {
        int state = Interlocked.CompareExchange(ref _state, Writing, Idle);
        ObjectDisposedException.ThrowIf(state is Disposed or WritingDisposed, this);
        if (state == Writing)
        {
            throw new InvalidOperationException("Another write is under way: one at a time.");
        }

        if (_isFinished)
        {
            Exit();
            if (_writer.HasEnded)
            {
                _writer.ThrowIfEnded();
            }

            throw new InvalidOperationException("The stream was completed or aborted: nothing can follow.");
        }
    }

    internal void Exit()
    {
        if (Interlocked.And(ref _state, ~Writing) == WritingDisposed)
        {
            _writer.Dispose();
        }
    }

    /// <summary>Room was only asked for; memory that was given before is still the caller's.</summary>
    private void GiveBackUnused()
    {
        if (_lentBytes == 0)
        {
            _writer.GiveBack();
        }
    }

    private Memory<byte> Lend(Memory<byte> space)
    {
        space = space[..(int)Math.Min(space.Length, RoomBytes)];
        _lentBytes = space.Length;
        return space;
    }

    private void ThrowIfFull(long bytes)
    {
        if (bytes > RoomBytes)
        {
            throw new InvalidOperationException(
                $"{bytes} bytes more than the {_writer.Ring.Frontier} written would be more than the {_writer.Description.TotalLength} announced.");
        }
    }
}
