using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Protocol.Legacy;

/// <summary>What operations say to an old node, without a contract: their requests and notices as messages of the network.</summary>
internal static class OldNodeTalk
{
    public static Transaction TransactionOf(UInt128 transaction) => new(new TransactionId(transaction), null);

    /// <summary>Asks for a contract.</summary>
    /// <returns>False when the connection takes no more messages.</returns>
    public static bool TryAsk(Connection to, UInt128 transaction, ContractInstanceId instance, byte hopsToLive) =>
        WholeMessage.TrySendShort(to, new NetMessage.Get(new GetMsg.Request(
            TransactionOf(transaction), instance, FetchContract: true, hopsToLive, default, Subscribe: false)));

    /// <summary>Not found is said so; everything else that ends a GET is that it was given up.</summary>
    public static void Notify(Connection to, Purpose purpose, UInt128 transaction, ContractInstanceId instance, OperationStatus status)
    {
        Transaction id = TransactionOf(transaction);
        NetMessage message = purpose switch
        {
            Purpose.GetProgress => new NetMessage.Get(new GetMsg.ForwardingAck(id, instance)),
            Purpose.GetFailed when status is OperationStatus.NotFound or OperationStatus.OutOfHops =>
                new NetMessage.Get(new GetMsg.Response(id, instance, GetResult.NotFound, 0)),
            _ => new NetMessage.Aborted(id),
        };

        // A connection that takes no more messages is about to fail; its end says the same.
        WholeMessage.TrySendShort(to, message);
    }

    /// <summary>The word about a PUT.</summary>
    public static void Answer(Connection to, Transaction id, ContractKey key, OperationStatus status) =>
        WholeMessage.TrySendShort(to, new NetMessage.Put(status == OperationStatus.Done
            ? new PutMsg.Response(id, key, 0)
            : new PutMsg.Error(id, status.ToString())));
}
