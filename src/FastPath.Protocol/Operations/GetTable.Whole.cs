using FastPath.Protocol.Connections;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Answers of old nodes: whole, and verified before they come here.</summary>
internal sealed partial class GetTable
{
    private static readonly Duration ArrivalInterval = Duration.FromSeconds(1);

    /// <param name="payload">Taken over; null when what came is not what its key says.</param>
    public void HandleWhole(Instant now, Connection from, UInt128 transaction, IStoredPayload? payload)
    {
        _now = now;
        GetOperation? operation = Find(from, transaction);
        if (operation is not null && payload?.Key.Instance == operation.Instance)
        {
            Forwarded += operation.IsOrigin ? 0 : 1;
            Answer(operation, payload);
            Unpark(operation);
            return;
        }

        payload?.Dispose();
        if (operation is not null)
        {
            SearchAgain(operation, OperationStatus.Unavailable);
        }
    }

    /// <summary>An old node says nothing while its answer comes in, and need not: deadlines follow progress (scenario P6).</summary>
    private bool IsAnswerArriving(GetOperation operation) =>
        operation.NextHop is { Session.IsWithOldNode: true } old && old.Streams.LastReceivedAt + ArrivalInterval > _now;

    /// <summary>By what this node has of it.</summary>
    private void Answer(GetOperation operation, IStoredPayload payload)
    {
        if (operation.IsOrigin)
        {
            Remove(operation);
            Counters.CountEnded(OperationStatus.Done);
            _host.DeliverStored(operation.Transaction, payload);
        }
        else
        {
            operation.State = GetState.Transferring;
            operation.Deadline = Instant.Never;
            ContractForm form = FormFor(operation.Requester!, operation.Form);
            _host.Serve(
                operation.Transaction,
                operation.Requester!,
                form,
                payload,
                operation.Resume,
                operation.Depth,
                operation.Flags);
        }
    }
}
