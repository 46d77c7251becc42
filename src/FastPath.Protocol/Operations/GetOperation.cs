using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>One GET at one node: who asked, whom this node asks, and how the bytes pass.</summary>
internal sealed class GetOperation : IDeadlined
{
    private Instant _deadline = Instant.Never;

    /// <summary>Where its deadline is kept while the table has it.</summary>
    public DeadlineHeap<GetOperation>? Timers { get; set; }

    public int TimerIndex { get; set; } = -1;

    public Instant NextDeadline => Deadline;

    public required UInt128 Transaction { get; init; }

    public required ContractInstanceId Instance { get; init; }

    /// <summary>Null when this node is the origin.</summary>
    public required Connection? Requester { get; init; }

    public required byte HopsToLive { get; init; }

    /// <summary>Hops to the origin.</summary>
    public required byte Depth { get; init; }

    /// <summary>The form that the answer should have.</summary>
    public required ContractForm Form { get; init; }

    /// <summary>What the origin has already.</summary>
    public required ResumePoint Resume { get; init; }

    public required OperationFlags Flags { get; set; }

    public VisitedNodes Visited { get; set; } = new();

    /// <summary>Other requests for the same key that wait for this one's answer.</summary>
    public List<GetOperation> Parked { get; } = [];

    /// <summary>The one that this one waits for.</summary>
    public GetOperation? Leader { get; set; }

    /// <summary>Another node was asked: others may wait for this one, somewhere.</summary>
    public bool HasSearched { get; set; }

    public GetState State { get; set; } = GetState.LookingUp;

    /// <summary>The node that is being asked.</summary>
    public Connection? NextHop { get; set; }

    /// <summary>When the node that was asked has been silent for too long.</summary>
    public Instant Deadline
    {
        get => _deadline;
        set
        {
            _deadline = value;
            Timers?.Set(this);
        }
    }

    /// <summary>NotFound until some branch ended otherwise.</summary>
    public OperationStatus Failure { get; set; } = OperationStatus.NotFound;

    /// <summary>The transfer that this request takes part in.</summary>
    public GetTransfer? Transfer { get; set; }

    /// <summary>Where the relay sends it.</summary>
    public SendTarget? Route { get; set; }

    public SendStream? Serving { get; set; }

    /// <summary>The answer as it comes in to a buffering node.</summary>
    public ReceiveStream? Incoming { get; set; }

    public bool IsOrigin => Requester is null;
}
