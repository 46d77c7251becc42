using FastPath.Options;
using FastPath.Serialization.Hashing;

namespace FastPath.Transfers;

/// <summary>How a payload that can be replayed is sent.</summary>
public sealed record SendOptions
{
    /// <summary>What the receiver's application is told with the offer; at most 899 bytes.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>
    /// BLAKE3 of the payload, 32 bytes. When empty, the payload is read once for it and for the proofs of its groups; when given,
    /// the payload is sent without proofs.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to another length.</exception>
    public ReadOnlyMemory<byte> Digest
    {
        get;
        init
        {
            if (!value.IsEmpty)
            {
                ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, Blake3Hasher.DigestBytes);
            }

            field = value;
        }
    }

    /// <summary>The call returns when this much is known. Consumed and committed need a peer that sends reports.</summary>
    public TransferLevel WaitFor { get; init; } = TransferLevel.Acknowledged;

    /// <summary>Of this transfer; null for the node's.</summary>
    public RetryBudget? Retry { get; init; }
}
