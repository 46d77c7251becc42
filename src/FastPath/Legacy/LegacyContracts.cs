using FastPath.Contracts;
using FastPath.Protocol.Legacy;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Stores;

namespace FastPath.Legacy;

/// <summary>Contracts in whole messages: taken only when they are what their key says, like those of streams.</summary>
internal static class LegacyContracts
{
    private const int PieceBytes = 64 * 1_024;

    /// <summary>The whole contract as the answer to a GET.</summary>
    public static NetMessage ToAnswer(UInt128 transaction, StoredPayload payload) => new NetMessage.Get(new GetMsg.Response(
        OldNodeTalk.TransactionOf(transaction),
        payload.Key.Instance,
        new GetResult(payload.Key, new StoreResponse(payload.State, payload.Container)),
        0));

    /// <summary>The whole contract as a PUT.</summary>
    public static NetMessage ToPut(UInt128 transaction, ContractContainer contract, WrappedState? state, byte hopsToLive) =>
        new NetMessage.Put(new PutMsg.Request(
            OldNodeTalk.TransactionOf(transaction),
            contract,
            RelatedContracts.Empty,
            state ?? new WrappedState(MemoryBody.Empty),
            hopsToLive,
            SkipList.Empty));

    /// <summary>Verifies a contract and gives it as if a store had it.</summary>
    /// <exception cref="ContractVerificationException">It does not belong to its key.</exception>
    public static StoredPayload Verify(ContractContainer contract, WrappedState? state)
    {
        using var store = new MemoryContractStore();
        Write(store, contract, state);
        return new StoredPayload(store.TryOpen(contract.Key.Instance)!);
    }

    /// <exception cref="ContractVerificationException">It does not belong to its key; nothing was stored.</exception>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    public static void Write(IContractStore store, ContractContainer contract, WrappedState? state)
    {
        using IContractWriter writer = store.BeginWrite(contract.Key);
        writer.BeginCode(contract.Code.Data.Length);
        Copy(contract.Code.Data, writer.WriteCode);
        byte[] parameters = new byte[contract.Parameters.Bytes.Length];
        contract.Parameters.Bytes.Read(0, parameters);
        writer.SetParameters(parameters);
        if (state is not null)
        {
            writer.BeginState(state.Bytes.Length);
            Copy(state.Bytes, writer.WriteState);
        }

        writer.Commit();
    }

    private static void Copy(IBody body, Action<ReadOnlySpan<byte>> write)
    {
        byte[] piece = new byte[Math.Min(PieceBytes, body.Length)];
        for (long offset = 0; offset < body.Length; offset += piece.Length)
        {
            Span<byte> part = piece.AsSpan(0, (int)Math.Min(piece.Length, body.Length - offset));
            body.Read(offset, part);
            write(part);
        }
    }
}
