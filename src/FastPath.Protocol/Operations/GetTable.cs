using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
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
    private readonly Dictionary<CutThroughRelay, GetTransfer> _relays = [];
    private readonly Dictionary<ContractInstanceId, List<GetOperation>> _byKey = [];
    private readonly Dictionary<ContractInstanceId, List<GetTransfer>> _transfers = [];
    private readonly DeadlineHeap<GetOperation> _timers = new();
    private readonly List<GetOperation> _due = [];
    private Instant _now;

    public GetTable(Endpoint endpoint, OperationSettings settings, IOperationHost host, IRouter? router = null)
    {
        _endpoint = endpoint;
        _settings = settings;
        _host = host;
        _router = router ?? RendezvousRouter.Instance;
    }

    public int Count => _operations.Count;

    /// <summary>Of this node's own requests.</summary>
    public OperationCounters Counters { get; } = new();

    public long Forwarded { get; private set; }

    public long CutThrough { get; private set; }

    /// <summary>The most bytes that waited above a hole in any relayed stream so far.</summary>
    public long RelayReorderPeakBytes { get; private set; }

    public void ResetPeak() => RelayReorderPeakBytes = 0;

    public Instant NextDeadline => Instant.Min(_timers.Next, _nextLook);

    /// <summary>A request that this node takes part in; null when it does not, or no longer.</summary>
    public GetOperation? Find(UInt128 transaction) => _operations.GetValueOrDefault(transaction);

    /// <summary>A request of this node's own; ends in one Deliver or one Fail of the host.</summary>
    /// <param name="resume">What this node has already of one payload; the answer may begin there, or at 0.</param>
    public void Start(
        Instant now,
        UInt128 transaction,
        ContractInstanceId instance,
        byte hopsToLive,
        ContractForm form = ContractForm.Bincode,
        ResumePoint resume = default,
        OperationFlags flags = OperationFlags.None)
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
            Resume = resume,
            Flags = _settings.AsksForProofs ? flags | OperationFlags.Proofs : flags,
        };
        operation.Visited.Add(_endpoint.PublicKey, hopsToLive);
        Counters.CountStarted();
        Add(operation);
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
            // Another branch of the search is here still, or the node is full: neither says that nobody has it.
            Notify(from, Purpose.GetFailed, request.Transaction, request.Instance, OperationStatus.Unavailable);
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
            Resume = request.Resume,
            Flags = request.Flags,
        };
        operation.Visited.Merge(request.Visited);
        operation.Visited.Add(_endpoint.PublicKey, request.HopsToLive);
        Add(operation);
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
            JoinOrSearch(operation);
        }
        else
        {
            Answer(operation, payload);
        }
    }

    /// <summary>The stream of an answer that was served or buffered here has ended, well or badly.</summary>
    public void CompleteServe(UInt128 transaction)
    {
        if (_operations.TryGetValue(transaction, out GetOperation? operation))
        {
            Remove(operation);
        }
    }

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
            bool isSearched = notice.Status is OperationStatus.NotFound or OperationStatus.OutOfHops;
            SearchAgain(operation, isSearched ? notice.Status : OperationStatus.Unavailable);
        }
    }

    /// <summary>The node that was asked is still looking: its own next hop failed and it asks another.</summary>
    public void HandleProgress(Instant now, Connection from, UInt128 transaction)
    {
        _now = now;
        if (Find(from, transaction) is { } operation)
        {
            operation.Deadline = now + _settings.SearchTimeoutOf(operation.HopsToLive);
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
        foreach (GetOperation operation in _operations.Values.Where(o => o.Requester == connection || o.NextHop == connection).ToArray())
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
        LookForLaggards();
        while (_timers.TryTakeDue(now, out GetOperation operation))
        {
            _due.Add(operation);
        }

        foreach (GetOperation operation in _due)
        {
            if (operation.Timers is null)
            {
                // Another one's end has ended it.
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

            operation.Timers?.Set(operation);
        }

        _due.Clear();
    }
}
