using FastPath.Protocol.Operations;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Contracts;

/// <summary>A contract as the payload of a PUT: what is announced of it, and its bytes at any offset.</summary>
/// <param name="Outline">For the opening frame.</param>
/// <param name="Body">Written incrementally.</param>
/// <param name="Proof">Digest of the body, and what proves its groups.</param>
internal sealed record ContractPayload(ContractOutline Outline, StreamingSerializer Body, PayloadProof Proof)
{
    /// <summary>BLAKE3 of the body: 32 bytes.</summary>
    public ReadOnlyMemory<byte> Digest => Proof.Digest;

    /// <summary>Reads everything once, for the digest.</summary>
    /// <param name="withProofs">Keep what proves the groups as well.</param>
    /// <param name="stateVersion">As the owner of the state counts.</param>
    public static ContractPayload Create(
        ContractContainer contract,
        WrappedState? state,
        ContractForm form,
        bool withProofs,
        CancellationToken cancellationToken,
        ulong stateVersion = 0)
    {
        StreamingSerializer body = form == ContractForm.Archived
            ? new ArchivedContract(contract, state).StartSerialize()
            : new PutStreamingPayload(contract, RelatedContracts.Empty, state ?? new WrappedState(MemoryBody.Empty)).StartSerialize();
        var outline = new ContractOutline(
            contract.Key, form, contract.Code.Data.Length, contract.Parameters.Bytes.Length, state?.Bytes.Length, stateVersion);
        return new ContractPayload(outline, body, PayloadProof.Compute(body, withProofs, cancellationToken));
    }
}
