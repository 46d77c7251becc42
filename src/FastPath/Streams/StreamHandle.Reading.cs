using System.Runtime.CompilerServices;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Hashing;

namespace FastPath.Streams;

/// <summary>Reads: what is there is given at once and without an allocation, what is not is waited for.</summary>
public sealed partial class StreamHandle
{
    // What comes back is worth a word to the loop when it is this part of the window.
    private const int ReportFraction = 8;

    private Blake3Hasher? _hasher;
    private byte[]? _computedDigest;
    private volatile int _failure;

    /// <summary>BLAKE3 of everything read, 32 bytes; empty before the end was read, or when the options did not ask for it.</summary>
    public ReadOnlyMemory<byte> ComputedDigest => Volatile.Read(ref _computedDigest);

    /// <summary>Waits for bytes and gives all that lie together; empty at the end of the stream.</summary>
    /// <exception cref="FastPathException">The stream ended early; what had come before was readable before.</exception>
    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadAvailableAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(int.MaxValue, cancellationToken);

    /// <summary>Waits for bytes and gives at most so many; empty at the end of the stream.</summary>
    /// <param name="maxBytes">1 and more.</param>
    /// <param name="cancellationToken">Ends the read, also where bytes are there; the stream stays readable from where it stopped.</param>
    /// <exception cref="FastPathException">The stream ended early; what had come before was readable before.</exception>
    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> ReadAsync(int maxBytes, CancellationToken cancellationToken = default) =>
        ReadAsync<PlainRead, ReadOnlyMemory<byte>>(maxBytes, cancellationToken);

    /// <summary>Waits for bytes and gives them as a segment that the caller releases; it may hold several at once.</summary>
    /// <remarks>
    /// Nothing is copied. Held bytes use up the stream's window (1 MiB and more), so a reader that holds all of it and
    /// asks for more waits until it has released the lowest.
    /// </remarks>
    /// <param name="maxBytes">1 and more.</param>
    /// <param name="cancellationToken">Ends the read, also where bytes are there; the stream stays readable from where it stopped.</param>
    /// <exception cref="FastPathException">The stream ended early; what had come before was readable before.</exception>
    /// <exception cref="InvalidOperationException">Another read is under way.</exception>
    /// <exception cref="ObjectDisposedException">The handle was disposed.</exception>
    public ValueTask<StreamSegment> ReadSegmentAsync(int maxBytes = int.MaxValue, CancellationToken cancellationToken = default) =>
        ReadAsync<SegmentRead, StreamSegment>(maxBytes, cancellationToken);

    /// <summary>Reads to the end into pooled blocks that are charged to the node's budget.</summary>
    /// <param name="maxBytes">More than this fails at once when it was announced, and as soon as it came otherwise.</param>
    /// <param name="cancellationToken">Leaves the stream readable from where it stopped; what was gathered is given back.</param>
    /// <exception cref="FastPathException">TooLarge, LocalResource (the budget), or why the stream ended early.</exception>
    public async ValueTask<PooledPayload> ReadAllAsync(long maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        if (TotalLength > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        var payload = new PooledPayload(_source.Ring.Pool);
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

    /// <summary>A read begins; <see cref="EndRead"/> ends it, however.</summary>
    internal void BeginRead()
    {
        ThrowIfFailed();
        try
        {
            _leases.BeginRead();
        }
        catch (ObjectDisposedException)
        {
            // Left behind in this moment: it is told why.
            ThrowIfFailed();
            throw;
        }
    }

    internal void EndRead()
    {
        if (_leases.EndRead())
        {
            _source.Leave(_leases.Cursor, stop: null);
        }

        ReportConsumed(atLeast: Math.Max(1, _source.Ring.Capacity / ReportFraction));
    }

    /// <summary>Whether there is something to be told of the bytes from an offset on: some, the end, or a failure.</summary>
    /// <param name="from">Position in the ring; bytes above it count.</param>
    /// <param name="end">Position up to which may be read.</param>
    /// <exception cref="FastPathException">The stream ended early, and no byte is left.</exception>
    internal bool IsReadable(long from, out long end)
    {
        ThrowIfFailed();
        ObjectDisposedException.ThrowIf(_leases.IsClosed, this);

        // The end is looked at before the bytes: what came before the end is then seen for sure.
        StreamErrorCode? ended = _signal.Ended;
        RingPayload payload = _source.Ring.Payload;
        end = payload.ReadableEnd;
        if (payload.Skip(from) < end || (from == _source.Ring.FinalSize && payload.IsComplete))
        {
            return true;
        }

        if (ended is { } code)
        {
            throw StreamFailures.Create(code == StreamErrorCode.None ? StreamErrorCode.FinalSize : code, Failure());
        }

        return false;
    }

    /// <summary>Waits until <see cref="IsReadable"/> may say something else.</summary>
    internal ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        ReportConsumed(atLeast: 1);
        return _signal.Signal.WaitAsync(cancellationToken);
    }

    internal void Wake() => _signal.Signal.Set();

    /// <summary>Once for each level; a handle that only reads along is not the destination.</summary>
    internal void Report(DeliveryLevel level)
    {
        if (_readers is not null && level > _reportedLevel)
        {
            _reportedLevel = level;
            _source.Report(level);
        }
    }

    /// <summary>Takes bytes that were read into the digest, and ends it at the end of the stream.</summary>
    internal void Hash(ReadOnlySpan<byte> bytes) => _hasher?.Update(bytes);

    internal void FinishReading()
    {
        Report(DeliveryLevel.Consumed);
        if (_hasher is { } hasher && _computedDigest is null)
        {
            byte[] digest = new byte[Blake3Hasher.DigestBytes];
            hasher.Finish(digest);
            Volatile.Write(ref _computedDigest, digest);
        }
    }

    /// <summary>Called when the filling side has no room although everything consumed was given back.</summary>
    internal Action? OnNoRoom { get; set; }

    /// <summary>Why reads fail here though the stream may go on; null while they do not.</summary>
    internal StreamErrorCode? FailureCode => _failure == 0 ? null : (StreamErrorCode)_failure;

    internal void AskForMore() => _source.AskForMore();

    /// <typeparam name="TKind">A structure, so that each kind of read is code of its own.</typeparam>
    /// <typeparam name="TResult">What the caller gets.</typeparam>
    private ValueTask<TResult> ReadAsync<TKind, TResult>(int maxBytes, CancellationToken cancellationToken)
        where TKind : struct, IReadKind<TResult>
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        if (cancellationToken.IsCancellationRequested)
        {
            // Also where bytes are always there already: a reader that keeps up would never wait, and never hear of it.
            return ValueTask.FromCanceled<TResult>(cancellationToken);
        }

        BeginRead();
        bool mustWait = false;
        try
        {
            if (TryTake(maxBytes, TKind.IsImplicit, out StreamSegment segment))
            {
                return new(TKind.ResultOf(in segment));
            }

            mustWait = true;
        }
        finally
        {
            if (!mustWait)
            {
                EndRead();
            }
        }

        return WaitAndReadAsync<TKind, TResult>(maxBytes, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TResult> WaitAndReadAsync<TKind, TResult>(int maxBytes, CancellationToken cancellationToken)
        where TKind : struct, IReadKind<TResult>
    {
        try
        {
            StreamSegment segment;
            do
            {
                await WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            while (!TryTake(maxBytes, TKind.IsImplicit, out segment));
            return TKind.ResultOf(in segment);
        }
        finally
        {
            EndRead();
        }
    }

    private bool TryTake(int maxBytes, bool isImplicit, out StreamSegment segment)
    {
        long position = _leases.Position;
        segment = default;
        if (!IsReadable(position, out _))
        {
            return false;
        }

        RingPayload payload = _source.Ring.Payload;
        ReadOnlyMemory<byte> bytes = payload.Peek(ref position, maxBytes);
        if (bytes.IsEmpty)
        {
            FinishReading();
            return true;
        }

        if (position > _leases.Position)
        {
            // Over a proof.
            _leases.MoveTo(position);
        }

        segment = new StreamSegment(this, _leases.Take(bytes.Length, isImplicit), payload.OffsetOf(position), bytes);
        Hash(bytes.Span);
        return true;
    }

    private void ThrowIfFailed()
    {
        if ((StreamErrorCode)_failure is var code and not StreamErrorCode.None)
        {
            throw StreamFailures.Create(code, Failure());
        }
    }

    private void ReportConsumed(long atLeast)
    {
        if (_leases.HasReturned(atLeast))
        {
            _source.Consumed();
        }
    }

    /// <summary>What was consumed has been given back, and the filling side may still have no room.</summary>
    private void OnSettled()
    {
        if (_source.IsWaitingForReaders)
        {
            _retention?.Release();
            OnNoRoom?.Invoke();
        }
    }

    private FastPathException TooLarge(long maxBytes)
    {
        Stop(StreamErrorCode.TooLarge);
        return new FastPathException(
            FastPathError.TooLarge, $"the payload is larger than {maxBytes} bytes", transfer: Failure());
    }
}
