using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>One PUT or update at one node: what this node does with it, and what becomes of it onward.</summary>
internal sealed class PutOperation : IDeadlined
{
    private Instant _deadline = Instant.Never;
    private Instant _reportAt = Instant.Never;

    /// <summary>Where its deadline is kept while the table has it.</summary>
    public DeadlineHeap<PutOperation>? Timers { get; set; }

    public int TimerIndex { get; set; } = -1;

    public Instant NextDeadline => Instant.Min(Deadline, ReportAt);

    public required PutHeader Header { get; init; }

    /// <summary>Null when this node is the origin, or nobody is left to hear of it.</summary>
    public required Connection? Requester { get; set; }

    /// <summary>The host here waits for the end.</summary>
    public required bool IsOrigin { get; init; }

    /// <summary>The only node that it may go to; null when the router chooses.</summary>
    public Connection? Only { get; init; }

    /// <summary>The payload as it comes in; null when this node has it.</summary>
    public ReceiveStream? Incoming { get; init; }

    public VisitedNodes Visited => Header.Visited;

    /// <summary>What became of it at this node; null while it is being stored.</summary>
    public OperationStatus? Here { get; set; }

    /// <summary>What became of it onward; null while that is under way.</summary>
    public OperationStatus? Onward { get; set; }

    /// <summary>Why the best of the candidates that failed has failed; Done while none has.</summary>
    public OperationStatus Failure { get; set; }

    public PutLeg Leg { get; set; }

    public Connection? NextHop { get; set; }

    /// <summary>A node that waits until this one has stored it.</summary>
    public Connection? Later { get; set; }

    /// <summary>When the next node has been silent for too long.</summary>
    public Instant Deadline
    {
        get => _deadline;
        set
        {
            _deadline = value;
            Timers?.Set(this);
        }
    }

    /// <summary>When to tell the requester that this is still under way.</summary>
    public Instant ReportAt
    {
        get => _reportAt;
        set
        {
            _reportAt = value;
            Timers?.Set(this);
        }
    }

    /// <summary>What had been done at the last report.</summary>
    public long ReportedBytes { get; set; }

    public SendStream? Target { get; set; }

    public CutThroughRelay? Relay { get; set; }

    /// <summary>Keeps the first byte while the next node thinks about the offer.</summary>
    public RingCursor? Held { get; set; }

    /// <summary>Bytes that came in, and that the next node has: grows while anything moves.</summary>
    public long BytesMoved => (Incoming?.Ring.Frontier ?? 0) + (Target?.AcknowledgedTo ?? 0);
}
