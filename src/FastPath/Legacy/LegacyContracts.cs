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
        using (IContractWriter writer = store.BeginWrite(contract.Key))
        {
            ContractCopy.Write(writer, contract, state?.Bytes, stateVersion: 0);
            writer.Commit();
        }

        return new StoredPayload(store.TryOpen(contract.Key.Instance)!);
    }
}
