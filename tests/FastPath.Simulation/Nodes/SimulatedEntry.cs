using FastPath.Serialization.Contracts;

namespace FastPath.Simulation.Nodes;

/// <summary>What a simulated store keeps under a key; the payload stands for contract and state together.</summary>
internal sealed record SimulatedEntry(ContractKey Key, byte[] Payload, ulong Version = 0)
{
    /// <summary>The newer version stays; of two with the same version the one with the greater digest.</summary>
    public bool IsReplacedBy(SimulatedEntry other) =>
        other.Version != Version
            ? other.Version > Version
            : SimulatedHost.DigestOf(other.Payload).AsSpan().SequenceCompareTo(SimulatedHost.DigestOf(Payload)) > 0;
}
