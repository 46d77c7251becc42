using System.Runtime.CompilerServices;
using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>Fills one ring on the application's threads and offers its bytes to streams on the loop thread.</summary>
/// <remarks>
/// One writer at a time. Bytes are written once, into the slots that they are sent and retransmitted from; a slot is free when
/// every live target has acknowledged it, and a writer that is ahead waits for that. The ring's blocks change hands on the
/// writer's side alone, so <see cref="Dispose"/> comes after the last write.
/// </remarks>
internal sealed class RingWriter : ISendListener, IDisposable
{
    private readonly StreamDescription _description;
    private readonly AsyncSignal _space;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CoalescedTask _offer;
    private readonly EngineLoop _loop;
    private readonly RangeSet _toOffer = new();
    private readonly Lock _toOfferGate = new();
    private readonly List<SendStream> _targets = [];
    private readonly (Connection Connection, RingCursor Cursor)[] _routes;
    private readonly int _hopsFromSink;
    private StreamErrorCode _failure;
    private long _finalSize = -1;
    private int _liveTargets;
    private int _isDisposed;

    private RingWriter(
        EngineLoop loop, FragmentRing ring, IReadOnlyList<Connection> targets, StreamDescription description, int hopsFromSink)
    {
        _loop = loop;
        Ring = ring;
        _description = description;
        _hopsFromSink = hopsFromSink;
        _liveTargets = targets.Count;
        _routes = [.. targets.Select(target => (target, ring.TryAddCursor()!))];
        _space = new AsyncSignal(loop);
        _offer = new CoalescedTask(loop, Offer);
    }

    public FragmentRing Ring { get; }

    public StreamDescription Description => _description;

    public IReadOnlyList<SendStream> Targets => _targets;

    /// <summary>Completes when every target has ended, however.</summary>
    public Task Ended => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>None, or why the first target failed; meaningful once ended.</summary>
    public StreamErrorCode Failure => _failure;

    /// <param name="ringBytes">How far the writer may run ahead of the slowest acknowledgement.</param>
    /// <exception cref="FastPathException">LocalResource: the budget has no room for the ring.</exception>
    public static RingWriter Create(
        EngineLoop loop,
        PinnedSlabPool pool,
        IReadOnlyList<Connection> targets,
        StreamDescription description,
        long ringBytes,
        int hopsFromSink = 1)
    {
        long size = description.TotalLength >= 0
            ? Math.Clamp(description.TotalLength - description.StartOffset, 1, ringBytes)
            : ringBytes;
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, description.StartOffset, size)
            ?? throw new FastPathException(FastPathError.LocalResource, "the node's memory budget has no room for another stream");
        return new RingWriter(loop, ring, targets, description, hopsFromSink);
    }

    /// <summary>Opens the streams; on the loop thread.</summary>
    public void Open(Instant now)
    {
        foreach ((Connection connection, RingCursor cursor) in _routes)
        {
            _targets.Add(connection.Streams.Open(now, _description, Ring, cursor, this, _hopsFromSink));
        }

        Offer(now);
    }

    /// <summary>Sends over a stream that its receiver has accepted; on the loop thread. For a writer with one target.</summary>
    public void Adopt(Instant now, SendStream accepted)
    {
        _targets.Add(accepted);
        accepted.Begin(Ring, _routes[0].Cursor, this);
        Offer(now);
    }

    /// <summary>Waits for free slots and gives some memory of them.</summary>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> GetSpaceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ThrowIfEnded();
            Ring.Reclaim();
            Memory<byte> space = Ring.GetSpace();
            if (!space.IsEmpty)
            {
                return space;
            }

            await _space.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The first bytes of the space hold payload now.</summary>
    public void Commit(int length)
    {
        long start = Ring.Frontier;
        Ring.CommitInPlace(length);
        AddOffer(start, start + length);
    }

    /// <summary>Writes bytes at any offset inside the window, waiting until the window has come that far.</summary>
    /// <returns>False when every byte was there already.</returns>
    public async ValueTask<bool> WriteAtAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool isNew = false;
        while (!bytes.IsEmpty)
        {
            ThrowIfEnded();
            Ring.Reclaim();
            int length = (int)Math.Clamp(Ring.ReclaimedTo + Ring.Capacity - offset, 0, bytes.Length);
            if (length == 0)
            {
                await _space.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            RingWriteResult result = Ring.Write(offset, bytes.Span[..length], out _);
            if (result is not (RingWriteResult.Stored or RingWriteResult.Duplicate))
            {
                throw new FastPathException(FastPathError.Protocol, $"bytes at offset {offset} do not fit the stream: {result}");
            }

            isNew |= result == RingWriteResult.Stored;
            AddOffer(offset, offset + length);
            offset += length;
            bytes = bytes[length..];
        }

        return isNew;
    }

    /// <summary>No byte beyond this offset will come.</summary>
    public void Finish(long finalSize)
    {
        Volatile.Write(ref _finalSize, finalSize);
        _offer.Post();
    }

    /// <summary>Gives the streams up with a code.</summary>
    public void Reset(StreamErrorCode code) => _loop.Post(_ =>
    {
        foreach (SendStream target in _targets.ToArray())
        {
            target.Connection.Streams.Reset(target, code);
        }
    });

    public void ThrowIfEnded()
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        if (!HasEnded)
        {
            return;
        }

        StreamErrorCode code = _failure == StreamErrorCode.None ? StreamErrorCode.FinalSize : _failure;
        throw StreamFailures.Create(code, DescribeFailure());
    }

    /// <summary>Waits until every target has every byte acknowledged.</summary>
    /// <exception cref="FastPathException">Why a target has not.</exception>
    public async ValueTask WaitForEndAsync(CancellationToken cancellationToken)
    {
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_failure != StreamErrorCode.None)
        {
            throw StreamFailures.Create(_failure, DescribeFailure());
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (!HasEnded)
        {
            Reset(StreamErrorCode.Cancelled);
        }

        Ring.Abandon();
    }

    void ISendListener.OnAcknowledged(SendStream stream) => _space.Set();

    void ISendListener.OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        if (_failure == StreamErrorCode.None)
        {
            _failure = code;
        }

        if (--_liveTargets == 0)
        {
            _ended.TrySetResult();
        }

        _space.Set();
    }

    private void AddOffer(long start, long end)
    {
        lock (_toOfferGate)
        {
            _toOffer.Add(start, end);
        }

        _offer.Post();
    }

    private void Offer(Instant now)
    {
        if (_targets.Count == 0)
        {
            // Bytes were written before the streams were opened; Open comes back here.
            return;
        }

        long finalSize = Volatile.Read(ref _finalSize);
        lock (_toOfferGate)
        {
            while (_toOffer.TryPopFront(long.MaxValue, out long start, out long end))
            {
                foreach (SendStream target in _targets)
                {
                    target.Offer(start, end, now);
                }
            }
        }

        foreach (SendStream target in _targets)
        {
            if (finalSize >= 0)
            {
                target.Finish(finalSize, now);
            }

            target.Connection.Streams.MarkReady(target);
        }
    }

    private TransferFailure DescribeFailure()
    {
        SendStream? first = _targets.Count > 0 ? _targets[0] : null;
        return TransferFailure.Of(first, _description) with { BytesDone = Ring.ReclaimedTo };
    }
}
