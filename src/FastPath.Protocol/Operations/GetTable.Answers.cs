using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>Answers: streams that carry what was asked for, passed on, buffered or delivered.</summary>
internal sealed partial class GetTable
{
    public void HandleResponse(Instant now, ReceiveStream stream, in ContractStreamHeader header)
    {
        _now = now;
        GetOperation? operation = Find(stream.Connection, header.Transaction);
        if (operation is null)
        {
            // Cancelled meanwhile, or never asked for.
            Refuse(stream, StreamErrorCode.Cancelled);
            return;
        }

        if (header.Contract.Key.Instance != operation.Instance)
        {
            Refuse(stream, StreamErrorCode.Corrupt);
            SearchAgain(operation, OperationStatus.Unavailable);
            return;
        }

        if (stream.Description!.CarriesProofs && operation.Requester is { Streams.ReadsProofs: false })
        {
            // Nobody asked for proofs on behalf of a node that would take them for payload.
            Refuse(stream, StreamErrorCode.Unsupported);
            SearchAgain(operation, OperationStatus.Unavailable);
            return;
        }

        operation.Deadline = Instant.Never;
        if (operation.IsOrigin || _settings.Pipes(operation.Requester!, stream.Description!.TotalLength, operation.Flags))
        {
            BeginTransfer(operation, stream, header.Contract);
            return;
        }

        Forwarded++;
        operation.Incoming = stream;
        operation.State = GetState.Transferring;
        operation.Deadline = now + _settings.ProgressInterval;
        stream.ProgressTimeout = stream.Connection.Streams.Settings.ProgressTimeoutAt(operation.Depth);
        _host.BeginBuffered(
            operation.Transaction, header.Contract, stream, operation.Requester!, operation.Depth, operation.Flags);
        Unpark(operation);
    }

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code)
    {
        if (_relays.Remove(relay, out GetTransfer? transfer))
        {
            transfer.Relay = null;
            SearchAgain(transfer.Passed);
        }
    }

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code)
    {
        RelayReorderPeakBytes = Math.Max(RelayReorderPeakBytes, relay.Source.Ring.PeakReorderedBytes);
        if (_relays.Remove(relay, out GetTransfer? transfer))
        {
            transfer.Relay = null;
            foreach (GetOperation operation in transfer.Passed.ToArray())
            {
                Remove(operation);
            }

            transfer.Passed.Clear();
        }
    }

    /// <summary>
    /// Bytes still come in, so the requester need not give this node up: deadlines follow progress (scenario P6).
    /// </summary>
    private void ReportBuffering(GetOperation operation)
    {
        operation.Deadline = Instant.Never;
        if (operation is { Incoming: { } incoming, Requester: { } requester })
        {
            operation.Deadline = _now + _settings.ProgressInterval;
            if (incoming.LastProgressAt + _settings.ProgressInterval > _now)
            {
                Notify(requester, Purpose.GetProgress, operation.Transaction, operation.Instance, OperationStatus.Done);
            }
        }
    }

    private static void Refuse(ReceiveStream stream, StreamErrorCode code)
    {
        stream.Connection.Streams.Stop(stream, code);
        stream.Ring.RemoveCursor(stream.Claim);
    }
}
