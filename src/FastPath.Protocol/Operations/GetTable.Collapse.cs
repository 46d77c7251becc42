using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Requests for the same key that meet at this node: one of them searches, one transfer serves them all.</summary>
/// <remarks>
/// A request may wait for another one's search only when that one's transaction is smaller: so no ring of nodes can wait for
/// itself. One that nobody else knows of yet, a new one of this node's own, may wait for any. An answer that comes serves
/// whoever is here and wants it, whichever search has found it.
/// </remarks>
internal sealed partial class GetTable
{
    /// <summary>Requests that were served by another one's transfer.</summary>
    public long Collapsed { get; private set; }

    private void Add(GetOperation operation)
    {
        _operations.Add(operation.Transaction, operation);
        operation.Timers = _timers;
        _timers.Set(operation);
        if (!_byKey.TryGetValue(operation.Instance, out List<GetOperation>? same))
        {
            _byKey.Add(operation.Instance, same = []);
        }

        same.Add(operation);
    }

    private void Remove(GetOperation operation)
    {
        if (!_operations.Remove(operation.Transaction))
        {
            return;
        }

        operation.Timers = null;
        _timers.Remove(operation);
        List<GetOperation> same = _byKey[operation.Instance];
        same.Remove(operation);
        if (same.Count == 0)
        {
            _byKey.Remove(operation.Instance);
        }
    }

    private void JoinOrSearch(GetOperation operation)
    {
        if (!TryJoin(operation))
        {
            Search(operation);
        }
    }

    private bool TryJoin(GetOperation operation)
    {
        if (_transfers.TryGetValue(operation.Instance, out List<GetTransfer>? transfers)
            && transfers.Exists(t => Suits(t, operation) && TryTake(t, operation)))
        {
            Collapsed++;
            return true;
        }

        GetOperation? leader = _byKey[operation.Instance].Find(
            other => other != operation
                && other.State == GetState.Searching
                && other.Form == operation.Form
                && IsSame(other.Resume, operation.Resume)
                && (other.Transaction < operation.Transaction || (operation.IsOrigin && !operation.HasSearched)));
        if (leader is null)
        {
            return false;
        }

        operation.State = GetState.Parked;
        operation.Deadline = Instant.Never;
        operation.Leader = leader;
        leader.Parked.Add(operation);
        return true;
    }

    /// <summary>The request that these waited for has ended without an answer: each goes on by itself, or with another.</summary>
    private void Unpark(GetOperation leader)
    {
        GetOperation[] all = [.. leader.Parked];
        leader.Parked.Clear();
        foreach (GetOperation parked in all)
        {
            parked.Leader = null;
            parked.State = GetState.LookingUp;
        }

        foreach (GetOperation parked in all)
        {
            JoinOrSearch(parked);
        }
    }

    private void BeginTransfer(GetOperation operation, ReceiveStream stream, in ContractOutline contract)
    {
        var transfer = new GetTransfer(stream, contract, operation.Resume, DeliverWaiting, EndTransfer);
        stream.Takers = 0;
        if (!_transfers.TryGetValue(operation.Instance, out List<GetTransfer>? transfers))
        {
            _transfers.Add(operation.Instance, transfers = []);
        }

        transfers.Add(transfer);
        TryTake(transfer, operation);
        bool isWhole = stream.Ring.StartOffset == 0;
        if (!operation.IsOrigin && _settings.Caches && isWhole && stream.Ring.TryAddCursor() is { } cursor)
        {
            Share(transfer, _host.Cache(contract, stream, cursor), isAwaited: false);
        }
        else if (transfer.Relay is { TakesUnverified: true })
        {
            stream.PassUnverified();
        }

        foreach (GetOperation other in _byKey[operation.Instance].ToArray())
        {
            Connection? asked = other.NextHop;
            if (other.State is GetState.Searching or GetState.Parked && Suits(transfer, other) && TryTake(transfer, other))
            {
                Collapsed++;
                CancelAt(asked, other);
            }
        }

        // Some want another form, or another part: nobody searches for them any more.
        foreach (GetOperation left in _byKey[operation.Instance].Where(o => o.Leader is { State: not GetState.Searching }).ToArray())
        {
            Unpark(left.Leader ?? left);
        }

        transfer.Start();
    }

    private static void CancelAt(Connection? asked, GetOperation operation)
    {
        operation.Leader?.Parked.Remove(operation);
        operation.Leader = null;
        if (asked is not null)
        {
            Notify(asked, Purpose.GetCancel, operation.Transaction, operation.Instance, OperationStatus.Done);
        }
    }

    private static bool Suits(GetTransfer transfer, GetOperation operation) =>
        (!transfer.Source.HasEnded || transfer.Source.Ring.Payload.IsComplete)
        && operation.Transfer is null
        && FormFor(transfer.Source.Connection, operation.Form) == transfer.Contract.Form
        && (operation.IsOrigin || FormFor(operation.Requester!, operation.Form) == transfer.Contract.Form)
        && (!transfer.Source.Description!.CarriesProofs || operation.Requester is null or { Streams.ReadsProofs: true })
        && IsSame(transfer.Resume, operation.Resume);

    /// <returns>False when the first byte is gone already, or the requester takes streams in another way.</returns>
    private bool TryTake(GetTransfer transfer, GetOperation operation)
    {
        bool isTaken = operation.IsOrigin ? TryTakeHere(transfer, operation) : TryPass(transfer, operation);
        if (isTaken && operation.State != GetState.Transferring)
        {
            operation.State = GetState.Answered;
            operation.Deadline = Instant.Never;
            operation.NextHop = null;
        }

        return isTaken;
    }

    private bool TryTakeHere(GetTransfer transfer, GetOperation operation)
    {
        if (transfer.TakeCursor() is not { } cursor)
        {
            return false;
        }

        ReceiveStream source = transfer.Source;
        source.Takers++;
        operation.Transfer = transfer;
        if (transfer.HasBegun)
        {
            operation.State = GetState.Transferring;
            Remove(operation);
            Counters.CountEnded(OperationStatus.Done);
            Share(transfer, _host.DeliverGet(operation.Transaction, transfer.Contract, source, cursor));
        }
        else
        {
            transfer.Waiting.Add((operation, cursor));
        }

        return true;
    }

    private bool TryPass(GetTransfer transfer, GetOperation operation)
    {
        ReceiveStream source = transfer.Source;
        Connection to = operation.Requester!;
        long length = source.Description!.TotalLength;
        if (!_settings.Pipes(to, length, operation.Flags))
        {
            return false;
        }

        StreamDescription description = source.Description! with
        {
            Kind = _settings.KindFor(to, length, operation.Flags),
            Metadata = new ContractStreamHeader(Purpose.GetResponse, operation.Transaction, transfer.Contract).ToBytes(),
        };
        CutThroughRelay? relay = transfer.Relay;
        if (relay is not null)
        {
            operation.Route = relay.TryAdd(to, description);
        }
        else if (transfer.TakeCursor() is { } cursor)
        {
            operation.Route = new SendTarget(to, cursor);
            transfer.Relay = new CutThroughRelay(source, [operation.Route], description, operation.Depth, this);
            _relays.Add(transfer.Relay, transfer);
            source.Takers++;
        }

        if (operation.Route is null)
        {
            return false;
        }

        Forwarded++;
        CutThrough++;
        Share(transfer, operation.Route);
        operation.Transfer = transfer;
        transfer.Passed.Add(operation);
        _host.OnRelaying(operation.Transaction, transfer.Contract, length);
        if (relay is null && transfer.IsStarted)
        {
            transfer.Relay!.Start();
        }

        return true;
    }

    private void DeliverWaiting(GetTransfer transfer)
    {
        foreach ((GetOperation operation, RingCursor cursor) in transfer.Waiting.ToArray())
        {
            Remove(operation);
            Counters.CountEnded(OperationStatus.Done);
            Share(transfer, _host.DeliverGet(operation.Transaction, transfer.Contract, transfer.Source, cursor));
        }

        transfer.Waiting.Clear();
    }

    private void EndTransfer(GetTransfer transfer, bool failedUnused)
    {
        ContractInstanceId instance = transfer.Contract.Key.Instance;
        if (_transfers.TryGetValue(instance, out List<GetTransfer>? transfers) && transfers.Remove(transfer) && transfers.Count == 0)
        {
            _transfers.Remove(instance);
        }

        if (!failedUnused)
        {
            return;
        }

        foreach ((_, RingCursor cursor) in transfer.Waiting)
        {
            transfer.Source.Ring.RemoveCursor(cursor);
        }

        List<GetOperation> waiting = [.. transfer.Waiting.Select(w => w.Operation)];
        transfer.Waiting.Clear();
        SearchAgain(waiting);
    }

    /// <summary>The source failed before its first byte: its takers look for another one, together.</summary>
    private void SearchAgain(List<GetOperation> takers)
    {
        GetOperation[] all = [.. takers.Where(o => _operations.ContainsKey(o.Transaction))];
        takers.Clear();
        foreach (GetOperation operation in all)
        {
            operation.State = GetState.LookingUp;
            operation.Transfer = null;
            operation.Route = null;
        }

        foreach (GetOperation operation in all)
        {
            operation.Failure = OperationStatus.Unavailable;
            JoinOrSearch(operation);
        }
    }

    private static void LeaveTransfer(GetOperation operation, StreamErrorCode code)
    {
        GetTransfer transfer = operation.Transfer!;
        int at = transfer.Waiting.FindIndex(w => w.Operation == operation);
        if (at >= 0)
        {
            RingCursor cursor = transfer.Waiting[at].Cursor;
            transfer.Waiting.RemoveAt(at);
            transfer.Source.Connection.Streams.Leave(transfer.Source, code);
            transfer.Source.Ring.RemoveCursor(cursor);
        }
        else if (operation.Route is { } route && transfer.Relay is { } relay)
        {
            relay.Remove(route, code);
        }
    }

    private static bool IsSame(in ResumePoint a, in ResumePoint b) =>
        a.Offset == b.Offset && a.Digest.Span.SequenceEqual(b.Digest.Span);
}
