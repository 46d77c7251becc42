using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
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
