using System.Runtime.CompilerServices;
using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>Fills one ring on the application's threads and offers its bytes to streams on the loop thread.</summary>
/// <remarks>
/// Bytes are written once, into the slots that they are sent and retransmitted from; a slot is free when every live target
/// has acknowledged it, and a writer that is ahead waits for that. In-place writing is for one writer at a time, and
/// <see cref="Dispose"/> comes after its last write; <see cref="WriteAtAsync"/> may be called by many. Readers of this node
/// may read along.
/// </remarks>
internal sealed partial class RingWriter : ISendListener, IDisposable
{
    private readonly StreamDescription _description;
    private readonly SpaceSignals _space;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CoalescedTask _offer;
    private readonly EngineLoop _loop;
    private readonly RangeSet _toOffer = new();
    private readonly Lock _toOfferGate = new();
    private readonly Lock _ringGate = new();
    private readonly List<SendStream> _targets = [];
    private readonly SendTarget[] _routes;
    private readonly RateMeter _rate = new();
    private readonly int _hopsFromSink;
    private StreamErrorCode _failure;
    private long _lastAcknowledgedAt = MonotonicClock.Now.Nanoseconds;
    private long _finalSize = -1;
    private int _live;
    private int _isDisposed;

    private RingWriter(
        EngineLoop loop,
        FragmentRing ring,
        IReadOnlyList<Connection> targets,
        StreamDescription description,
        int hopsFromSink,
        int waitersMax)
    {
        _loop = loop;
        Ring = ring;
        _description = description;
        _hopsFromSink = hopsFromSink;
        _live = targets.Count;
        _routes = [.. targets.Select(target => new SendTarget(target, ring.TryAddCursor()!))];
        _offer = new CoalescedTask(loop, Offer);
        _space = new SpaceSignals(waitersMax);
    }

    public FragmentRing Ring { get; }

    public StreamDescription Description => _description;

    public IReadOnlyList<SendStream> Targets => _targets;

    /// <summary>The peers, in the order in which they were given.</summary>
    public IReadOnlyList<SendTarget> Routes => _routes;

    /// <summary>Writers that wait for room.</summary>
    public int Waiting => _space.Waiting;

    /// <summary>Who of the targets holds the others up.</summary>
    public LaggardWatch Watch { get; } = new();

    /// <summary>Completes when every target has ended, however.</summary>
    public Task Ended => _ended.Task;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>When a peer last acknowledged a byte that it had not before.</summary>
    public Instant LastAcknowledgedAt => new(Volatile.Read(ref _lastAcknowledgedAt));

    /// <summary>At which the one peer acknowledges; meaningless with more than one.</summary>
    public double AcknowledgedPerSecond => _rate.BytesPerSecond(MonotonicClock.Now, _routes[0].Position);

    /// <summary>None, or why the first target failed; meaningful once ended.</summary>
    public StreamErrorCode Failure => _failure;

    /// <param name="ringBytes">How far the writer may run ahead of the slowest acknowledgement.</param>
    /// <param name="waitersMax">Writers that may wait for room at once; more wait for a place.</param>
    /// <exception cref="FastPathException">LocalResource: the budget has no room for the ring.</exception>
    public static RingWriter Create(
        EngineLoop loop,
        PinnedSlabPool pool,
        IReadOnlyList<Connection> targets,
        StreamDescription description,
        long ringBytes,
        int hopsFromSink = 1,
        int waitersMax = 1)
    {
        long size = description.TotalLength >= 0
            ? Math.Clamp(description.TotalLength - description.StartOffset, 1, ringBytes)
            : ringBytes;
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, description.StartOffset, size)
            ?? throw new FastPathException(FastPathError.LocalResource, "the node's memory budget has no room for another stream");
        return new RingWriter(loop, ring, targets, description, hopsFromSink, waitersMax);
    }

    /// <summary>Opens the streams; on the loop thread.</summary>
    public void Open(Instant now)
    {
        foreach (SendTarget route in _routes)
        {
            // An end that comes at once, the connection being gone, belongs to the route that is not opened yet.
            route.Stream = route.Connection.Streams.Open(now, _description, Ring, route.Cursor, this, _hopsFromSink);
            _targets.Add(route.Stream);
        }

        Offer(now);
    }

    /// <summary>Opens its stream, or sends over one that its receiver has accepted; on the loop thread. For a writer with one target.</summary>
    public void Begin(Instant now, SendStream? accepted)
    {
        if (accepted is null)
        {
            Open(now);
            return;
        }

        _routes[0].Stream = accepted;
        _targets.Add(accepted);
        accepted.Begin(Ring, _routes[0].Cursor, this);
        Offer(now);
    }

    /// <summary>Drops targets that have held the others up for too long; on the loop thread.</summary>
    /// <returns>When to look again at the latest.</returns>
    public Instant ObserveLaggards(Instant now) => Watch.Observe(now, Waiting > 0, Ring.IsComplete ? 0 : Ring.Capacity);

    /// <summary>Waits for free slots and gives some memory of them.</summary>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> GetSpaceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryGetSpace(out Memory<byte> space))
            {
                return space;
            }

            AsyncSignal signal = await _space.EnterAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (TryGetSpace(out space))
                {
                    return space;
                }

                TellNoRoom();
                await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _space.Leave(signal);
            }
        }
    }

    /// <summary>Gives memory of free slots when there are any.</summary>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public bool TryGetSpace(out Memory<byte> space)
    {
        lock (_ringGate)
        {
            ThrowIfEnded();
            Ring.Reclaim();
            space = Ring.GetSpace();
            return !space.IsEmpty;
        }
    }

    /// <summary>The first bytes of the space hold payload now.</summary>
    public void Commit(int length)
    {
        long start = Ring.Frontier;
        Ring.CommitInPlace(length);
        AddOffer(start, start + length);
    }

    /// <summary>Copies as many bytes as there is room for, in order.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        int written = 0;
        while (written < bytes.Length && TryGetSpace(out Memory<byte> space))
        {
            int count = Math.Min(space.Length, bytes.Length - written);
            bytes.Slice(written, count).CopyTo(space.Span);
            Commit(count);
            written += count;
        }

        return written;
    }

    /// <summary>Writes bytes at any offset inside the window, waiting until the window has come that far.</summary>
    /// <returns>False when every byte was there already.</returns>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public async ValueTask<bool> WriteAtAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool isNew = false;
        while (!bytes.IsEmpty)
        {
            int length = WriteAt(offset, bytes.Span, ref isNew);
            if (length == 0)
            {
                // What fits is written without a place, so those that wait never keep out what they wait for.
                AsyncSignal signal = await _space.EnterAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    length = WriteAt(offset, bytes.Span, ref isNew);
                    if (length == 0)
                    {
                        TellNoRoom();
                        await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
                finally
                {
                    _space.Leave(signal);
                }
            }

            offset += length;
            bytes = bytes[length..];
        }

        return isNew;
    }

    /// <summary>No byte beyond this offset will come.</summary>
    public void Finish(long finalSize)
    {
        Ring.TrySetFinalSize(finalSize);
        Volatile.Write(ref _finalSize, finalSize);
        EndReaders(StreamErrorCode.None);
        _offer.Post();
    }

    /// <summary>Gives the streams up with a code.</summary>
    public void Reset(StreamErrorCode code)
    {
        EndReaders(code);
        _loop.Post(_ =>
        {
            foreach (SendStream target in _targets.ToArray())
            {
                target.Connection.Streams.Reset(target, code);
            }
        });
    }

    /// <summary>Waits until something has changed: there may be room, or an end. Returns at once when there is room.</summary>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        AsyncSignal signal = await _space.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!TryGetSpace(out _))
            {
                TellNoRoom();
                await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _space.Leave(signal);
        }
    }

    /// <summary>Waiting writers look again.</summary>
    public void Wake() => _space.Set();

    /// <summary>Gives the streams up unless all have ended; a write that is under way fails, and disposes when it has.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (!HasEnded)
        {
            Reset(StreamErrorCode.Cancelled);
        }

        _space.Set();
    }

    public void Dispose()
    {
        Stop();
        lock (_ringGate)
        {
            Ring.Abandon();
        }
    }

    void ISendListener.OnAcknowledged(SendStream stream)
    {
        if (_routes.Length == 1)
        {
            _rate.Observe(stream.LastProgressAt, stream.AcknowledgedTo);
        }

        _lastAcknowledgedAt = stream.LastProgressAt.Nanoseconds;
        _space.Set();
    }

    private int WriteAt(long offset, ReadOnlySpan<byte> bytes, ref bool isNew)
    {
        int length;
        lock (_ringGate)
        {
            ThrowIfEnded();
            Ring.Reclaim();
            length = (int)Math.Clamp(Ring.ReclaimedTo + Ring.Capacity - offset, 0, bytes.Length);
            if (length == 0)
            {
                return 0;
            }

            RingWriteResult result = Ring.Write(offset, bytes[..length], out _);
            if (result is not (RingWriteResult.Stored or RingWriteResult.Duplicate))
            {
                throw new FastPathException(FastPathError.Protocol, $"bytes at offset {offset} do not fit the stream: {result}");
            }

            isNew |= result == RingWriteResult.Stored;
        }

        AddOffer(offset, offset + length);
        return length;
    }

    private void AddOffer(long start, long end)
    {
        TellReaders();
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
}
