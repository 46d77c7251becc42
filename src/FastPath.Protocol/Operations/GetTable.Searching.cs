using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>The search: whom to ask next, and what an end means to those who wait for it.</summary>
internal sealed partial class GetTable
{
    private GetOperation? Find(Connection from, UInt128 transaction) =>
        _operations.TryGetValue(transaction, out GetOperation? operation)
            && operation.NextHop == from && operation.State == GetState.Searching
            ? operation
            : null;

    private void SearchAgain(GetOperation operation, OperationStatus status)
    {
        // What could not be asked weighs more than what was too far, and that more than what was not there.
        bool isHeavier = status == OperationStatus.Unavailable || operation.Failure == OperationStatus.NotFound;
        operation.Failure = isHeavier ? status : operation.Failure;

        operation.NextHop = null;
        operation.Incoming = null;
        operation.Transfer = null;
        operation.Route = null;
        Search(operation);
    }

    private void Search(GetOperation operation)
    {
        operation.State = GetState.Searching;
        operation.HasSearched = true;
        Connection? next = _router.Choose(operation.Instance, _endpoint.Connections.Where(c => IsCandidate(operation, c)));
        if (next is not null && operation.Visited.IsFull)
        {
            // Nobody can say any more who was asked: not to know is not the same as not to have found.
            operation.Failure = OperationStatus.Unavailable;
            next = null;
        }
        else if (next is not null && operation.HopsToLive == 0)
        {
            operation.Failure = operation.Failure == OperationStatus.NotFound ? OperationStatus.OutOfHops : operation.Failure;
            next = null;
        }

        if (next is null)
        {
            FailOrSearchThoroughly(operation);
            return;
        }

        NotifyProgress(operation);
        operation.Visited.Add(next.Session.PeerKey, (byte)(operation.HopsToLive - 1));
        operation.NextHop = next;
        operation.Deadline = _now + _settings.SearchTimeoutOf(operation.HopsToLive);
        if (!TryAsk(next, operation))
        {
            // It takes no more messages: as good as silent.
            SearchAgain(operation, OperationStatus.Unavailable);
        }
    }

    private static bool TryAsk(Connection next, GetOperation operation)
    {
        byte hopsToLive = (byte)(operation.HopsToLive - 1);
        if (next.Session.IsWithOldNode)
        {
            return OldNodeTalk.TryAsk(next, operation.Transaction, operation.Instance, hopsToLive);
        }

        Span<byte> space = stackalloc byte[next.MessageBytesMax];
        int length = GetRequest.Write(
            space,
            operation.Transaction,
            operation.Instance,
            hopsToLive,
            (byte)(operation.Depth + 1),
            FormFor(next, operation.Form),
            next.Streams.ReadsProofs ? operation.Flags : operation.Flags & ~OperationFlags.Proofs,
            operation.Resume,
            operation.Visited);
        return next.TryQueueMessage(space[..length], out _);
    }

    /// <summary>The wanted form where the neighbour reads it too; what all read otherwise.</summary>
    private static ContractForm FormFor(Connection neighbour, ContractForm wanted) =>
        (neighbour.Session.Capabilities & Capabilities.ArchivedForm) != 0 ? wanted : ContractForm.Bincode;

    private static bool IsCandidate(GetOperation operation, Connection connection) =>
        connection.State == ConnectionState.Established
        && connection.Session.PeerRole == NodeRole.Node
        && connection != operation.Requester
        && !((operation.Flags & OperationFlags.Thorough) == 0
            ? operation.Visited.Contains(connection.Session.PeerKey)
            : operation.Visited.Covers(connection.Session.PeerKey, (byte)Math.Max(0, operation.HopsToLive - 1)));

    private void FailOrSearchThoroughly(GetOperation operation)
    {
        // An old node that asked knows no such search: the first node that does stands in for it.
        bool isFirst = operation.Requester is null or { Session.IsWithOldNode: true };
        if (!isFirst || operation.Failure != OperationStatus.OutOfHops)
        {
            Fail(operation);
            return;
        }

        operation.Failure = OperationStatus.NotFound;
        if ((operation.Flags & OperationFlags.Thorough) != 0)
        {
            // All within the hops have been asked; what lies further on was not wanted.
            Fail(operation);
            return;
        }

        operation.Flags |= OperationFlags.Thorough;
        operation.Visited = new VisitedNodes();
        operation.Visited.Add(_endpoint.PublicKey, operation.HopsToLive);
        Search(operation);
    }

    private void Fail(GetOperation operation)
    {
        Remove(operation);
        if (operation.Requester is { } requester)
        {
            Notify(requester, Purpose.GetFailed, operation.Transaction, operation.Instance, operation.Failure, operation.Visited);
        }
        else
        {
            Counters.CountEnded(operation.Failure);
            _host.FailGet(operation.Transaction, operation.Failure);
        }

        Unpark(operation);
    }

    /// <summary>Nobody wants the answer any more: what is under way ends, and the node that was asked is told.</summary>
    private void Abandon(GetOperation operation, StreamErrorCode code)
    {
        Remove(operation);
        if (operation.IsOrigin)
        {
            Counters.CountCancelled();
        }

        if (operation is { State: GetState.Searching, NextHop: { } next })
        {
            Notify(next, Purpose.GetCancel, operation.Transaction, operation.Instance, OperationStatus.Done);
        }

        if (operation.Serving is { } serving)
        {
            serving.Connection.Streams.Reset(serving, code);
        }

        if (operation.Transfer is not null)
        {
            LeaveTransfer(operation, code);
        }
        else if (operation.Incoming is { } incoming)
        {
            incoming.Connection.Streams.Stop(incoming, code);
        }

        operation.Leader?.Parked.Remove(operation);
        Unpark(operation);
    }

    /// <summary>Whoever waits for this request hears that it is still under way.</summary>
    private static void NotifyProgress(GetOperation operation)
    {
        if (operation.Requester is { } requester)
        {
            Notify(requester, Purpose.GetProgress, operation.Transaction, operation.Instance, OperationStatus.Done);
        }

        foreach (GetOperation parked in operation.Parked)
        {
            NotifyProgress(parked);
        }
    }

    private static void Notify(
        Connection to,
        Purpose purpose,
        UInt128 transaction,
        ContractInstanceId instance,
        OperationStatus status,
        VisitedNodes? visited = null)
    {
        if (to.Session.IsWithOldNode)
        {
            OldNodeTalk.Notify(to, purpose, transaction, instance, status);
            return;
        }

        Span<byte> space = stackalloc byte[to.MessageBytesMax];
        int length = OperationNotice.Write(space, purpose, transaction, status, visited);

        // A connection that takes no more messages is about to fail; its end says the same.
        to.TryQueueMessage(space[..length], out _);
    }
}
