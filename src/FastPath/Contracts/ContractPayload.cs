using FastPath.Protocol.Operations;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Serialization.Operations;
using FastPath.Stores;

namespace FastPath.Contracts;

/// <summary>A contract as the payload of a PUT: what is announced of it, and its bytes at any offset.</summary>
/// <param name="Outline">For the opening frame.</param>
/// <param name="Body">Written incrementally.</param>
/// <param name="Digest">BLAKE3 of the body: 32 bytes.</param>
internal sealed record ContractPayload(ContractOutline Outline, StreamingSerializer Body, ReadOnlyMemory<byte> Digest)
{
    private const int DigestBlockBytes = 64 * 1_024;

    /// <summary>Reads everything once, for the digest.</summary>
    public static ContractPayload Create(
        ContractContainer contract, WrappedState? state, ContractForm form, CancellationToken cancellationToken)
    {
        StreamingSerializer body = form == ContractForm.Archived
            ? new ArchivedContract(contract, state).StartSerialize()
            : new PutStreamingPayload(contract, RelatedContracts.Empty, state ?? new WrappedState(MemoryBody.Empty)).StartSerialize();
        var outline = new ContractOutline(
            contract.Key, form, contract.Code.Data.Length, contract.Parameters.Bytes.Length, state?.Bytes.Length);
        byte[] digest = new Blake3Hasher().Digest(body, new byte[DigestBlockBytes], cancellationToken);
        return new ContractPayload(outline, body, digest);
    }
}
