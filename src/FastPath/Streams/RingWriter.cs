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
internal sealed partial class RingWriter : ISendListener, ILinedWriter, IDisposable
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
    private readonly SendWindowGrowth _growth = new();
    private readonly int _hopsFromSink;
    private StreamErrorCode _failure;
    private long _lastAcknowledgedAt = MonotonicClock.Now.Nanoseconds;
    private long _finalSize = -1;
    private int _live;
    private int _isDisposed;

    // A writer has free slots in hand: none may be given back.
    private bool _isLent;

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
        _space = new SpaceSignals(loop, waitersMax);
    }

    public EngineLoop Loop => _loop;

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
        long finalSize = description.FinalSize;
        long size = finalSize >= 0 ? Math.Clamp(finalSize - description.StartOffset, 1, ringBytes) : ringBytes;
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.SendRing, description.StartOffset, size)
            ?? throw new FastPathException(FastPathError.LocalResource, "the node's memory budget has no room for another stream");
        if (description.Encoding is { } encoding)
        {
            ring.Payload.Encode(in encoding);
        }

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
        Connection connection = stream.Connection;
        _growth.Observe(
            stream.IsStarved,
            Waiting > 0,
            connection.Recovery.Congestion.WindowBytes,
            connection.Streams.OpenSends,
            connection.Streams.Settings.WindowBytesMax,
            Ring);
        if (!TryHold(stream))
        {
            WakeWhenWorthIt();
        }
    }

    void ISendListener.OnIdle(SendStream stream) => ReclaimAll();

    /// <summary>A stream that says nothing keeps no block, not even one that it has half filled.</summary>
    private void ReclaimAll()
    {
        lock (_ringGate)
        {
            // Once the ring is abandoned, whoever removes the last cursor gives all back, and nobody else.
            if (!Volatile.Read(ref _isLent) && Volatile.Read(ref _isDisposed) == 0)
            {
                Ring.ReclaimIdle();
            }
        }
    }

    /// <summary>A writer that found no room comes back for a good part of the window, not for each packet.</summary>
    private void WakeWhenWorthIt()
    {
        if (Ring.IsWorthReclaiming)
        {
            _space.Set();
        }
    }

    /// <summary>Notes new bytes; whoever calls posts the offer when it has noted enough.</summary>
    private void AddOffer(long start, long end)
    {
        TellReaders();
        lock (_toOfferGate)
        {
            _toOffer.Add(start, end);
        }
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

        if (IsTurnOver)
        {
            // Whoever was refused asks here.
            FindPlace(_targets[0]);
        }
    }
}
