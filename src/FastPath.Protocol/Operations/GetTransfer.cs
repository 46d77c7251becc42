using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>An answer on its way in, and everybody at this node who takes it: one transfer, however many have asked.</summary>
/// <remarks>Until the first byte has come its source can be replaced unseen; while the ring still holds it, others may join.</remarks>
/// <param name="source">Its claim becomes the first member's.</param>
/// <param name="onBegun">The first byte, or the end of an empty payload, is there.</param>
/// <param name="onEnded">Exactly once; whether nothing had come before it failed.</param>
internal sealed class GetTransfer(
    ReceiveStream source,
    ContractOutline contract,
    ResumePoint resume,
    Action<GetTransfer> onBegun,
    Action<GetTransfer, bool> onEnded) : IReceiveListener
{
    private readonly LaggardWatch _watch = new();
    private int _takers;
    private bool _isClaimed;

    public ReceiveStream Source => source;

    public ContractOutline Contract => contract;

    /// <summary>What the one who asked first had already: others must have asked for the same.</summary>
    public ResumePoint Resume => resume;

    /// <summary>Requests of this node's own that wait for the first byte.</summary>
    public List<(GetOperation Operation, RingCursor Cursor)> Waiting { get; } = [];

    /// <summary>Requests of other nodes that the relay serves.</summary>
    public List<GetOperation> Passed { get; } = [];

    /// <summary>Null while no other node takes it.</summary>
    public CutThroughRelay? Relay { get; set; }

    public bool HasBegun { get; private set; }

    /// <summary>The stream is attached: whoever joins from now on is served at once.</summary>
    public bool IsStarted { get; private set; }

    /// <summary>When to look again for one that holds the others up; never while there are no others.</summary>
    public Instant NextLook { get; private set; } = Instant.Never;

    /// <summary>One more that takes the bytes.</summary>
    /// <param name="taker">Null for one whose place is not known.</param>
    /// <param name="bound">How long it may hold the others up.</param>
    /// <param name="isAwaited">Somebody waits for what it takes; otherwise it may be held up itself, as a cache may.</param>
    public void AddTaker(Instant now, IFanOutMember? taker, Duration bound, bool isAwaited = true)
    {
        if (taker is not null)
        {
            _watch.Add(taker, bound, isAwaited);
            NextLook = ++_takers > 1 ? now : Instant.Never;
        }
    }

    /// <summary>Ends who has held the others up for too long.</summary>
    /// <param name="interval">Until the next look.</param>
    public void Look(Instant now, Duration interval)
    {
        NextLook = source.HasEnded ? Instant.Never : now + interval;
        _watch.Observe(now, source);
    }

    /// <summary>A reader from the first byte on; null when that is gone.</summary>
    public RingCursor? TakeCursor()
    {
        if (_isClaimed)
        {
            return source.Ring.TryAddCursor();
        }

        _isClaimed = true;
        return source.Claim;
    }

    public void Start()
    {
        IsStarted = true;
        source.Attach(this);
        Relay?.Start();
    }

    public void OnStored(ReceiveStream stream, long start, long end) => Begin();

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
        if (code == StreamErrorCode.None)
        {
            Begin();
        }

        onEnded(this, !HasBegun);
    }

    private void Begin()
    {
        if (!HasBegun)
        {
            HasBegun = true;
            onBegun(this);
        }
    }
}
