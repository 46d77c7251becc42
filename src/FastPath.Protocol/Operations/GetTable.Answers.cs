using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>Answers: streams that carry what was asked for, passed on, buffered or delivered.</summary>
internal sealed partial class GetTable
{
    private static readonly Duration BufferingReportInterval = Duration.FromSeconds(1);

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

        operation.State = GetState.Answered;
        operation.Deadline = Instant.Never;
        operation.Incoming = stream;
        stream.ProgressTimeout = stream.Connection.Streams.Settings.ProgressTimeoutAt(operation.Depth);
        if (operation.IsOrigin)
        {
            AwaitFirstByte(operation, stream, header);
        }
        else if (_settings.IsPiped && operation.Requester is { Session.IsWithOldNode: false })
        {
            StartRelay(operation, stream, header);
        }
        else
        {
            Forwarded++;
            operation.State = GetState.Transferring;
            operation.Deadline = now + BufferingReportInterval;
            _host.BeginBuffered(
                operation.Transaction, header.Contract, stream, operation.Requester!, operation.Depth);
        }
    }

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code)
    {
        if (_relays.Remove(relay, out GetOperation? operation) && _operations.ContainsKey(operation.Transaction))
        {
            SearchAgain(operation, OperationStatus.Unavailable);
        }
    }

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code)
    {
        RelayReorderPeakBytes = Math.Max(RelayReorderPeakBytes, relay.Source.Ring.PeakReorderedBytes);
        if (_relays.Remove(relay, out GetOperation? operation))
        {
            _operations.Remove(operation.Transaction);
        }
    }

    /// <summary>
    /// Bytes still come in, so the requester need not give this node up: deadlines follow progress (scenario P6).
    /// </summary>
    private void ReportBuffering(GetOperation operation)
    {
        operation.Deadline = Instant.Never;
        if (operation.Incoming is { } incoming)
        {
            operation.Deadline = _now + BufferingReportInterval;
            if (incoming.LastProgressAt + BufferingReportInterval > _now)
            {
                NotifyProgress(operation);
            }
        }
    }

    private static void Refuse(ReceiveStream stream, StreamErrorCode code)
    {
        stream.Connection.Streams.Stop(stream, code);
        stream.Ring.RemoveCursor(stream.Claim);
    }

    private void AwaitFirstByte(GetOperation operation, ReceiveStream stream, ContractStreamHeader header) =>
        stream.Attach(new FirstByteGate(
            open =>
            {
                if (_operations.Remove(operation.Transaction))
                {
                    _host.DeliverGet(operation.Transaction, header.Contract, open);
                }
            },
            (failed, _) =>
            {
                failed.Ring.RemoveCursor(failed.Claim);
                if (_operations.ContainsKey(operation.Transaction))
                {
                    SearchAgain(operation, OperationStatus.Unavailable);
                }
            }));

    private void StartRelay(GetOperation operation, ReceiveStream stream, in ContractStreamHeader header)
    {
        Forwarded++;
        CutThrough++;
        _host.OnRelaying(operation.Transaction, header.Contract, stream.Description!.TotalLength);
        var relay = new CutThroughRelay(stream, [operation.Requester!], stream.Description!, operation.Depth, this);
        operation.Relay = relay;
        _relays.Add(relay, operation);
        bool isWhole = stream.Ring.StartOffset == 0;
        if (_settings.Caches && isWhole && stream.Ring.TryAddCursor() is { } cursor)
        {
            _host.Cache(header.Contract, stream, cursor);
        }
        else if (relay.TakesUnverified)
        {
            stream.PassUnverified();
        }

        relay.Start();
    }
}
