using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Every GET that this node takes part in: a depth-first search, then a transfer along the path that it found.</summary>
/// <remarks>
/// A node that has the contract answers; another one asks its best unvisited peer, and the next best when that one fails
/// before its first byte. Only the origin reports a failure to somebody; every other node reports it to its requester,
/// once. Answers follow the path of the request back. Sans IO; owned by the loop thread.
/// </remarks>
internal sealed partial class GetTable : IRelayOwner
{
    private const int OperationsMax = 16_384;

    private readonly Endpoint _endpoint;
    private readonly OperationSettings _settings;
    private readonly IOperationHost _host;
    private readonly IRouter _router;
    private readonly Dictionary<UInt128, GetOperation> _operations = [];
    private readonly Dictionary<CutThroughRelay, GetOperation> _relays = [];
    private Instant _now;

    public GetTable(Endpoint endpoint, OperationSettings settings, IOperationHost host, IRouter? router = null)
    {
        _endpoint = endpoint;
        _settings = settings;
        _host = host;
        _router = router ?? RendezvousRouter.Instance;
    }

    public int Count => _operations.Count;

    public long Forwarded { get; private set; }

    public long CutThrough { get; private set; }

    /// <summary>The most bytes that waited above a hole in any relayed stream so far.</summary>
    public long RelayReorderPeakBytes { get; private set; }

    public void ResetPeak() => RelayReorderPeakBytes = 0;

    public Instant NextDeadline
    {
        get
        {
            Instant next = Instant.Never;
            foreach (GetOperation operation in _operations.Values)
            {
                next = Instant.Min(next, operation.Deadline);
            }

            return next;
        }
    }

    /// <summary>A request of this node's own; ends in one Deliver or one Fail of the host.</summary>
    /// <param name="resume">What this node has already of one payload; the answer may begin there, or at 0.</param>
    public void Start(
        Instant now,
        UInt128 transaction,
        ContractInstanceId instance,
        byte hopsToLive,
        ContractForm form = ContractForm.Bincode,
        ResumePoint resume = default)
    {
        _now = now;
        var operation = new GetOperation
        {
            Transaction = transaction,
            Instance = instance,
            Requester = null,
            HopsToLive = hopsToLive,
            Depth = 0,
            Form = form,
            WithProofs = _settings.AsksForProofs,
            Resume = resume,
        };
        operation.Visited.Add(_endpoint.PublicKey);
        _operations.Add(transaction, operation);
        _host.BeginLookUp(transaction, instance);
    }

    /// <summary>The origin wants it no more.</summary>
    public void Cancel(Instant now, UInt128 transaction)
    {
        _now = now;
        if (_operations.TryGetValue(transaction, out GetOperation? operation))
        {
            Abandon(operation, StreamErrorCode.Cancelled);
        }
    }

    public void HandleRequest(Instant now, Connection from, in GetRequest request)
    {
        _now = now;
        if (_operations.ContainsKey(request.Transaction) || _operations.Count >= OperationsMax)
        {
            // The search has come round to this node again; or the node is full.
            OperationStatus status = _operations.ContainsKey(request.Transaction)
                ? OperationStatus.NotFound
                : OperationStatus.Unavailable;
            Notify(from, Purpose.GetFailed, request.Transaction, request.Instance, status);
            return;
        }

        var operation = new GetOperation
        {
            Transaction = request.Transaction,
            Instance = request.Instance,
            Requester = from,
            HopsToLive = request.HopsToLive,
            Depth = request.Depth,
            Form = request.Form,
            WithProofs = request.WithProofs,
            Resume = request.Resume,
        };
        operation.Visited.Merge(request.Visited);
        operation.Visited.Add(_endpoint.PublicKey);
        _operations.Add(request.Transaction, operation);
        _host.BeginLookUp(request.Transaction, request.Instance);
    }

    /// <param name="payload">Null when the store has it not. Taken over.</param>
    public void CompleteLookUp(Instant now, UInt128 transaction, IStoredPayload? payload)
    {
        _now = now;
        if (!_operations.TryGetValue(transaction, out GetOperation? operation) || operation.State != GetState.LookingUp)
        {
            payload?.Dispose();
        }
        else if (payload is null)
        {
            Search(operation);
        }
        else
        {
            Answer(operation, payload);
        }
    }

    /// <summary>The stream of an answer that was served or buffered here has ended, well or badly.</summary>
    public void CompleteServe(UInt128 transaction) => _operations.Remove(transaction);

    /// <summary>This node has the content and cannot send it: no memory, or its store failed.</summary>
    public void FailServe(UInt128 transaction)
    {
        if (_operations.TryGetValue(transaction, out GetOperation? operation) && operation.Serving is null)
        {
            operation.Failure = OperationStatus.Unavailable;
            Fail(operation);
        }
    }

    /// <summary>A buffering node did not get the whole answer, and has passed nothing on: another source may be tried.</summary>
    public void FailBuffered(Instant now, UInt128 transaction)
    {
        _now = now;
        if (_operations.TryGetValue(transaction, out GetOperation? operation))
        {
            SearchAgain(operation, OperationStatus.Unavailable);
        }
    }

    /// <summary>The stream of an answer from the store or from a buffering node opens: from now on nothing else is tried.</summary>
    public void BeginServe(UInt128 transaction, SendStream stream)
    {
        if (_operations.TryGetValue(transaction, out GetOperation? operation))
        {
            operation.Serving = stream;
            operation.Incoming = null;
        }
        else
        {
            stream.Connection.Streams.Reset(stream, StreamErrorCode.Cancelled);
        }
    }

    public void HandleFailed(Instant now, Connection from, in OperationNotice notice)
    {
        _now = now;
        if (Find(from, notice.Transaction) is { } operation)
        {
            operation.Visited.Merge(notice.Visited);
            SearchAgain(operation, notice.Status == OperationStatus.NotFound ? OperationStatus.NotFound : OperationStatus.Unavailable);
        }
    }

    /// <summary>The node that was asked is still looking: its own next hop failed and it asks another.</summary>
    public void HandleProgress(Instant now, Connection from, UInt128 transaction)
    {
        _now = now;
        if (Find(from, transaction) is { } operation)
        {
            operation.Deadline = now + SearchTimeout(operation.HopsToLive);
            NotifyProgress(operation);
        }
    }

    public void HandleCancel(Instant now, Connection from, UInt128 transaction)
    {
        _now = now;
        if (_operations.TryGetValue(transaction, out GetOperation? operation) && operation.Requester == from)
        {
            Abandon(operation, StreamErrorCode.Cancelled);
        }
    }

    public void HandleConnectionClosed(Instant now, Connection connection)
    {
        _now = now;
        foreach (GetOperation operation in _operations.Values.ToArray())
        {
            if (operation.Requester == connection)
            {
                Abandon(operation, StreamErrorCode.DownstreamLost);
            }
            else if (operation.NextHop == connection && operation.State == GetState.Searching)
            {
                SearchAgain(operation, OperationStatus.Unavailable);
            }
        }
    }

    public void HandleTimeout(Instant now)
    {
        _now = now;
        foreach (GetOperation operation in _operations.Values.ToArray())
        {
            if (now < operation.Deadline)
            {
                continue;
            }

            if (operation.State == GetState.Searching && IsAnswerArriving(operation))
            {
                operation.Deadline = now + ArrivalInterval;
                NotifyProgress(operation);
            }
            else if (operation.State == GetState.Searching)
            {
                Notify(operation.NextHop!, Purpose.GetCancel, operation.Transaction, operation.Instance, OperationStatus.Done);
                SearchAgain(operation, OperationStatus.Unavailable);
            }
            else
            {
                ReportBuffering(operation);
            }
        }
    }

    private GetOperation? Find(Connection from, UInt128 transaction) =>
        _operations.TryGetValue(transaction, out GetOperation? operation)
            && operation.NextHop == from && operation.State == GetState.Searching
            ? operation
            : null;

    private Duration SearchTimeout(int hopsToLive) =>
        _settings.SearchTimeout + (_settings.SearchTimeoutPerHop * hopsToLive);

    private void SearchAgain(GetOperation operation, OperationStatus status)
    {
        if (status != OperationStatus.NotFound)
        {
            operation.Failure = status;
        }

        operation.NextHop = null;
        operation.Incoming = null;
        operation.Relay = null;
        Search(operation);
    }

    private void Search(GetOperation operation)
    {
        operation.State = GetState.Searching;
        Connection? next = operation.HopsToLive == 0 || operation.Visited.IsFull
            ? null
            : _router.Choose(operation.Instance, _endpoint.Connections.Where(c => IsCandidate(operation, c)));
        if (next is null)
        {
            Fail(operation);
            return;
        }

        NotifyProgress(operation);

        operation.Visited.Add(next.Session.PeerKey);
        operation.NextHop = next;
        operation.Deadline = _now + SearchTimeout(operation.HopsToLive);
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
            operation.WithProofs && next.Streams.ReadsProofs,
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
        && !operation.Visited.Contains(connection.Session.PeerKey);

    private void Fail(GetOperation operation)
    {
        _operations.Remove(operation.Transaction);
        if (operation.Requester is { } requester)
        {
            Notify(requester, Purpose.GetFailed, operation.Transaction, operation.Instance, operation.Failure, operation.Visited);
        }
        else
        {
            _host.FailGet(operation.Transaction, operation.Failure);
        }
    }

    /// <summary>Nobody wants the answer any more: what is under way ends, and the node that was asked is told.</summary>
    private void Abandon(GetOperation operation, StreamErrorCode code)
    {
        _operations.Remove(operation.Transaction);
        if (operation is { State: GetState.Searching, NextHop: { } next })
        {
            Notify(next, Purpose.GetCancel, operation.Transaction, operation.Instance, OperationStatus.Done);
        }

        if (operation.Serving is { } serving)
        {
            serving.Connection.Streams.Reset(serving, code);
        }

        if (operation.Relay is { } relay)
        {
            relay.Cancel(code);
        }
        else if (operation.Incoming is { } incoming)
        {
            incoming.Connection.Streams.Stop(incoming, code);
        }
    }

    private static void NotifyProgress(GetOperation operation)
    {
        if (operation.Requester is { } requester)
        {
            Notify(requester, Purpose.GetProgress, operation.Transaction, operation.Instance, OperationStatus.Done);
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
