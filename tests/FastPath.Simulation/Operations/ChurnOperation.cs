using FastPath.Protocol.Operations;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Simulation.Operations;

/// <summary>One operation of a run with churn, and what the run knows of it.</summary>
/// <param name="Kind">PutRequest, GetRequest or UpdateRequest.</param>
/// <param name="Node">Its origin.</param>
/// <param name="Life">Which life of that node: one that crashed takes its operations with it.</param>
/// <param name="Began">When it began.</param>
/// <param name="Changes">How often the network had changed before.</param>
/// <param name="WasReachable">When it began, a node within its hops kept the key.</param>
internal sealed record ChurnOperation(
    Purpose Kind, UInt128 Transaction, ContractKey Key, int Node, int Life, Instant Began, int Changes, bool WasReachable)
{
    /// <summary>When the network had changed last before it began.</summary>
    public required Instant ChangedBefore { get; init; }

    /// <summary>Null until it has ended.</summary>
    public OperationStatus? Status { get; set; }

    public int Ends { get; set; }

    public int ChangesAtEnd { get; set; }

    public Instant Ended { get; set; }

    /// <summary>Of a GET: whether what came was put under that key by somebody.</summary>
    public bool IsRight { get; set; }
}
