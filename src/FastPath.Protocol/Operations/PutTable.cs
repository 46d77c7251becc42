using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>Every PUT and update that this node takes part in.</summary>
/// <remarks>
/// A node that is sent one keeps it and passes it on while it comes, to the neighbour that the key belongs to more; the last
/// one is where nobody better can be reached. The word of the end travels back: done when every node on the way has it. A
/// next node that fails is replaced by the next best, from the ring or from the store. Whatever happens, the one who asked
/// hears of it exactly once (scenario P5): silence ends in a failure, and a sign that it is under way only moves the
/// deadline (scenario P7). Sans IO; owned by the loop thread.
/// </remarks>
internal sealed partial class PutTable : IRelayOwner
{
    private const int OperationsMax = 16_384;

    private readonly Endpoint _endpoint;
    private readonly OperationSettings _settings;
    private readonly IOperationHost _host;
    private readonly IRouter _router;
    private readonly SubscriptionTable _subscriptions;
    private readonly Dictionary<UInt128, PutOperation> _operations = [];
    private readonly Dictionary<CutThroughRelay, PutOperation> _relays = [];
    private readonly Dictionary<UInt128, (PutHeader Header, StreamOffer Offer)> _offersInHand = [];
    private readonly List<(UInt128 For, PutHeader Header, StreamOffer Offer)> _parkedOffers = [];
    private Instant _now;

    public PutTable(
        Endpoint endpoint, OperationSettings settings, IOperationHost host, SubscriptionTable subscriptions, IRouter? router = null)
    {
        _endpoint = endpoint;
        _settings = settings;
        _host = host;
        _subscriptions = subscriptions;
        _router = router ?? RendezvousRouter.Instance;
    }

    public int Count => _operations.Count;

    /// <summary>Of this node's own PUTs and updates.</summary>
    public OperationCounters Counters { get; } = new();

    /// <summary>Payloads that were passed on as they came.</summary>
    public long CutThrough { get; private set; }

    /// <summary>Offers that waited for the same content from somebody else (scenario P9).</summary>
    public long Collapsed { get; private set; }

    /// <summary>A PUT or update of this node's own, which it has stored or applied if it keeps any; ends in one CompletePut.</summary>
    /// <param name="here">Done, or NotFound for an update of what this node does not keep.</param>
    /// <param name="only">The node that it goes to; null to let the router choose.</param>
    public void Start(Instant now, PutHeader header, OperationStatus here = OperationStatus.Done, Connection? only = null)
    {
        _now = now;
        header.Visited.Add(_endpoint.PublicKey, header.HopsToLive);
        var put = new PutOperation
        {
            Header = header,
            Requester = null,
            IsOrigin = true,
            Only = only,
            Here = here,
        };
        Add(put);
        Counters.CountStarted();
        GoOn(put);
        if (header.IsUpdate && _subscriptions.TryMark(header.UpdateId))
        {
            IReadOnlyList<Connection> followers = _subscriptions.FollowersOf(header.Contract.Key.Instance, header.Visited, except: null);
            if (followers.Count > 0)
            {
                _host.SendNotices(header with { Purpose = Purpose.UpdateNotice }, followers);
            }
        }
    }

    /// <summary>The origin waits no more.</summary>
    public void Cancel(Instant now, UInt128 transaction)
    {
        _now = now;
        if (_operations.TryGetValue(transaction, out PutOperation? put))
        {
            LeaveNextHop(put, StreamErrorCode.Cancelled);
            TryRemove(put);
            Counters.CountCancelled();
            _host.ReleasePut(transaction);
        }
    }

    public void HandleRequest(Instant now, ReceiveStream stream, PutHeader header)
    {
        _now = now;
        if (header.Purpose == Purpose.UpdateNotice)
        {
            HandleOfferEnded(header.Transaction);
            TakeNotice(stream, header);
            return;
        }

        if (!TryBegin(header, stream.Connection, stream, out PutOperation? put))
        {
            stream.Connection.Streams.Stop(stream, StreamErrorCode.Declined);
            stream.Ring.RemoveCursor(stream.Claim);
            HandleOfferEnded(header.Transaction);
            return;
        }

        // Others with the same content wait for the operation from now on.
        _offersInHand.Remove(header.Transaction);
        stream.ProgressTimeout = stream.Connection.Streams.Settings.ProgressTimeoutAt(header.HopsToLive);
        bool isNew = !header.IsUpdate || _subscriptions.TryMark(header.UpdateId);

        // Before the store reads: the cursors of the next node and of the followers must see the first byte.
        GoOn(put);
        if (header.IsUpdate && isNew)
        {
            PassToFollowers(stream, header);
        }

        _host.AcceptPut(header, stream, isNew);
    }

    /// <summary>The peer was told that this node has what it offered: the operation goes on from the store.</summary>
    public void HandleHeld(Instant now, PutHeader header, Connection from)
    {
        _now = now;
        HandleOfferEnded(header.Transaction);
        if (header.Purpose != Purpose.UpdateNotice && TryBegin(header, from, null, out PutOperation? put))
        {
            put.Here = OperationStatus.Done;
            GoOn(put);
        }
    }

    /// <summary>An offer is answered by the host, or waits while the same content comes from somebody else.</summary>
    public void HandleOffer(PutHeader header, StreamOffer offer)
    {
        if (FindSame(header, offer) is { } same)
        {
            Collapsed++;
            _parkedOffers.Add((same, header, offer));
            return;
        }

        _offersInHand[header.Transaction] = (header, offer);
        _host.OnPutOffered(header, offer);
    }

    /// <summary>An offer that the host had was declined, or withdrawn.</summary>
    public void HandleOfferEnded(UInt128 transaction)
    {
        if (_offersInHand.Remove(transaction))
        {
            DecideParked(transaction);
        }
    }

    /// <summary>What became of it at this node. NotFound: an update of what it does not keep.</summary>
    public void CompleteStore(Instant now, PutHeader header, OperationStatus status)
    {
        _now = now;
        if (header.IsUpdate && IsFatal(status))
        {
            _subscriptions.Unmark(header.UpdateId);
        }

        if (header.Purpose == Purpose.UpdateNotice
            || !_operations.TryGetValue(header.Transaction, out PutOperation? put)
            || put.Here is not null)
        {
            _host.ReleasePut(header.Transaction);
            return;
        }

        put.Here = status;
        DecideParked(header.Transaction);
        if (IsFatal(status))
        {
            LeaveNextHop(put, status == OperationStatus.Corrupt ? StreamErrorCode.Corrupt : StreamErrorCode.Cancelled);
            End(put, status);
        }
        else if (put.Onward is not null)
        {
            EndIfComplete(put);
        }
        else if (put.Leg == PutLeg.None)
        {
            GoOn(put);
        }
    }

    public void HandleResult(Instant now, Connection from, in OperationNotice notice)
    {
        _now = now;
        if (_operations.TryGetValue(notice.Transaction, out PutOperation? put)
            && put.NextHop == from && put.Leg != PutLeg.None)
        {
            if (notice.Status == OperationStatus.NotFound)
            {
                // Whom an update was taken to in vain; those that a PUT did not get to may still have it.
                put.Visited.Merge(notice.Visited);
            }

            HandleWord(put, notice.Status);
        }
    }

    /// <summary>The next node is still at work: it has as long again as after the last byte, and no longer.</summary>
    public void HandleProgress(Instant now, Connection from, UInt128 transaction)
    {
        _now = now;
        if (_operations.TryGetValue(transaction, out PutOperation? put) && put.NextHop == from)
        {
            put.Deadline = put.Leg == PutLeg.Sent ? now + ResultTimeout(put) : put.Deadline;
            Report(put);
        }
    }

    public void HandleConnectionClosed(Instant now, Connection connection)
    {
        _now = now;
        foreach (PutOperation put in _operations.Values.ToArray())
        {
            if (put.Requester == connection)
            {
                // What has come is kept and passed on: it was wanted, and nobody is left who could retract it.
                put.Requester = null;
                put.ReportAt = Instant.Never;
            }

            if (put.NextHop == connection && put.Leg != PutLeg.None)
            {
                FailNextHop(put, OperationStatus.Unavailable);
            }
        }

        _parkedOffers.RemoveAll(p => p.Offer.Connection == connection);
        foreach (UInt128 transaction in _offersInHand.Where(o => o.Value.Offer.Connection == connection).Select(o => o.Key).ToArray())
        {
            HandleOfferEnded(transaction);
        }
    }

    private UInt128? FindSame(PutHeader header, StreamOffer offer)
    {
        ReadOnlyMemory<byte> digest = offer.Description.Digest;
        bool IsSame(PutHeader other, ReadOnlyMemory<byte> otherDigest) =>
            other.Transaction != header.Transaction
            && other.Contract.Key == header.Contract.Key
            && otherDigest.Span.SequenceEqual(digest.Span);
        foreach (PutOperation put in _operations.Values)
        {
            if (put.Here is null && put.Incoming is { HasEnded: false } incoming && IsSame(put.Header, incoming.Digest))
            {
                return put.Header.Transaction;
            }
        }

        foreach ((UInt128 transaction, (PutHeader Header, StreamOffer Offer) inHand) in _offersInHand)
        {
            if (IsSame(inHand.Header, inHand.Offer.Description.Digest))
            {
                return transaction;
            }
        }

        return null;
    }

    private void DecideParked(UInt128 transaction)
    {
        (UInt128 For, PutHeader Header, StreamOffer Offer)[] parked = [.. _parkedOffers.Where(p => p.For == transaction)];
        _parkedOffers.RemoveAll(p => p.For == transaction);
        foreach ((_, PutHeader header, StreamOffer offer) in parked)
        {
            HandleOffer(header, offer);
        }
    }

    private bool TryBegin(
        PutHeader header, Connection from, ReceiveStream? stream, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PutOperation? put)
    {
        put = null;
        if (_operations.ContainsKey(header.Transaction) || _operations.Count >= OperationsMax)
        {
            Say(from, header.Transaction, OperationStatus.Refused, header.Visited);
            return false;
        }

        header.Visited.Add(_endpoint.PublicKey, header.HopsToLive);
        put = new PutOperation
        {
            Header = header,
            Requester = from,
            IsOrigin = false,
            Incoming = stream,
            ReportAt = _now + _settings.ProgressInterval,
        };
        Add(put);
        return true;
    }

    private Duration ResultTimeout(PutOperation put) => _settings.PutResultTimeoutOf(put.Header.HopsToLive);

    private static bool IsFatal(OperationStatus status) =>
        status is not (OperationStatus.Done or OperationStatus.NotFound);

    private void EndIfComplete(PutOperation put)
    {
        if (put is { Here: { } here, Onward: { } onward })
        {
            // An update is done when somebody who keeps the contract has it.
            bool isApplied = put.Header.IsUpdate && here == OperationStatus.Done && onward == OperationStatus.NotFound;
            End(put, isApplied ? OperationStatus.Done : onward);
        }
    }

    private void End(PutOperation put, OperationStatus status)
    {
        if (!TryRemove(put))
        {
            return;
        }

        DecideParked(put.Header.Transaction);
        _host.ReleasePut(put.Header.Transaction);
        if (put.IsOrigin)
        {
            Counters.CountEnded(status);
            _host.CompletePut(put.Header.Transaction, status);
        }
        else if (put.Requester is { } requester)
        {
            Say(requester, put.Header.Transaction, status, put.Visited);
        }
    }

    private static void Report(PutOperation put)
    {
        if (put.Requester is { } requester)
        {
            Say(requester, Purpose.PutProgress, put.Header.Transaction, OperationStatus.Done, null);
        }
    }

    private static void Say(Connection to, UInt128 transaction, OperationStatus status, VisitedNodes visited) =>
        Say(to, Purpose.PutResult, transaction, status, visited);

    private static void Say(Connection to, Purpose purpose, UInt128 transaction, OperationStatus status, VisitedNodes? visited)
    {
        Span<byte> space = stackalloc byte[to.MessageBytesMax];
        int length = OperationNotice.Write(space, purpose, transaction, status, visited);

        // A connection that takes no more messages is about to fail; its end says the same.
        to.TryQueueMessage(space[..length], out _);
    }
}
