using FastPath.Protocol.Connections;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>The way onward: which node is next, how the bytes get there, and what follows when it fails.</summary>
internal sealed partial class PutTable
{
    /// <summary>The host has opened the stream of a PUT that it sends.</summary>
    public void BeginForward(UInt128 transaction, Connection to, SendStream stream)
    {
        if (_operations.TryGetValue(transaction, out PutOperation? put) && put.NextHop == to && put.Leg == PutLeg.Sending)
        {
            put.Target = stream;
        }
        else
        {
            stream.Connection.Streams.Reset(stream, StreamErrorCode.Cancelled);
        }
    }

    /// <summary>The stream of a PUT that the host sent has ended: with every byte acknowledged, the node's word is due.</summary>
    public void HandleSent(Instant now, UInt128 transaction, Connection to, StreamErrorCode code)
    {
        _now = now;
        if (_operations.TryGetValue(transaction, out PutOperation? put) && put.NextHop == to && put.Leg == PutLeg.Sending)
        {
            EndSending(put, code);
        }
    }

    /// <summary>The next node has the content already, and goes on from there.</summary>
    public void HandleHeldAt(Instant now, UInt128 transaction, Connection to) =>
        HandleSent(now, transaction, to, StreamErrorCode.None);

    void IRelayOwner.OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code)
    {
        if (_relays.Remove(relay, out PutOperation? put))
        {
            // Whoever stores it here has lost the same source, and ends the operation.
            put.Relay = null;
            put.Leg = PutLeg.None;
            put.NextHop = null;
        }
    }

    void IRelayOwner.OnRelayEnded(CutThroughRelay relay, StreamErrorCode code)
    {
        if (_relays.Remove(relay, out PutOperation? put) && put.Relay == relay)
        {
            put.Relay = null;
            EndSending(put, code);
        }
    }

    /// <summary>Chooses the next node and begins to send to it, or finds that this one is the last.</summary>
    private void GoOn(PutOperation put)
    {
        while (put is { Onward: null, Leg: PutLeg.None })
        {
            if (put.Later is { } later)
            {
                SendLater(put, later);
                return;
            }

            if (Next(put, out byte detours) is not { } next)
            {
                // Where an update that nobody better can take goes depends on whether this node keeps the contract.
                put.Onward = put.Header.IsUpdate && put.Here is null ? null : LastWord(put);
                EndIfComplete(put);
                return;
            }

            bool canPass = put.Incoming is not null && put.Here is null && CanPass(put, next);
            RingCursor? cursor = canPass ? put.Incoming!.Ring.TryAddCursor() : null;
            if (cursor is null && put.Here is null)
            {
                // Once it is stored here it can be sent from there.
                return;
            }

            put.NextHop = next;
            PutHeader header = put.Header.PassedTo(next.Session.PeerKey, detours);
            put.Visited.Add(next.Session.PeerKey, header.HopsToLive);
            if (cursor is not null)
            {
                Pass(put, header, cursor);
            }
            else
            {
                put.Leg = PutLeg.Sending;
                _host.ForwardPut(header, next);
            }
        }
    }

    /// <summary>The next node wants a part that is in the ring no more: it is sent from the store.</summary>
    private void SendLater(PutOperation put, Connection later)
    {
        if (put.Here is null)
        {
            return;
        }

        put.Later = null;
        put.NextHop = later;
        put.Leg = PutLeg.Sending;
        _host.ForwardPut(put.Header.PassedTo(later.Session.PeerKey, put.Header.Detours), later);
    }

    private Connection? Next(PutOperation put, out byte detours)
    {
        detours = put.Header.Detours;
        if (put.Only is { } only)
        {
            return put.Failure == OperationStatus.Done && put.NextHop is null && only.State == ConnectionState.Established ? only : null;
        }

        if (put.Header.HopsToLive == 0 || put.Visited.IsFull)
        {
            return null;
        }

        ContractInstanceId instance = put.Header.Contract.Key.Instance;
        Connection? best = _router.Choose(instance, _endpoint.Connections.Where(c => IsCandidate(put, c)));
        if (best is null || _router.IsBetter(instance, best.Session.PeerKey, _endpoint.PublicKey))
        {
            return best;
        }

        // Nobody better is left. An update that nobody has taken yet searches on; everything else may make a detour.
        if (put.Header.IsUpdate && put.Here is OperationStatus.NotFound)
        {
            return best;
        }

        if (detours == 0)
        {
            return null;
        }

        detours--;
        return best;
    }

    private static bool IsCandidate(PutOperation put, Connection connection) =>
        connection.State == ConnectionState.Established
        && connection.Session.PeerRole == NodeRole.Node

        // Old nodes know no updates.
        && !(put.Header.IsUpdate && connection.Session.IsWithOldNode)
        && connection != put.Requester
        && !put.Visited.Contains(connection.Session.PeerKey);

    /// <summary>What is said when nobody is left to be asked.</summary>
    private static OperationStatus LastWord(PutOperation put) => put switch
    {
        { Only: not null, Failure: OperationStatus.Done } => OperationStatus.Unavailable,
        { Failure: not OperationStatus.Done } => put.Failure,
        { Header.IsUpdate: true, Here: OperationStatus.NotFound } => OperationStatus.NotFound,
        _ => OperationStatus.Done,
    };

    private bool CanPass(PutOperation put, Connection next) =>
        put.Incoming is { Ring.StartOffset: 0 } incoming
        && (!incoming.Description!.CarriesProofs || next.Streams.ReadsProofs)
        && _settings.Pipes(next, incoming.Description!.TotalLength, put.Header.Flags);

    private void Pass(PutOperation put, PutHeader header, RingCursor cursor)
    {
        Connection next = put.NextHop!;
        StreamDescription source = put.Incoming!.Description!;
        StreamDescription description = source with
        {
            Kind = _settings.KindFor(next, source.TotalLength, header.Flags),
            StartOffset = 0,
            Metadata = header.ToBytes(),
        };
        bool offers = source.TotalLength >= _settings.OfferBytesMin && !source.Digest.IsEmpty && next.Streams.CanOffer;
        if (offers)
        {
            put.Leg = PutLeg.Offered;
            put.Held = cursor;
            put.Target = next.Streams.Offer(
                _now, description, new OfferWatch(this, put), Math.Max((byte)1, header.HopsToLive));
            if (put.Target.HasEnded)
            {
                // Refused on this side already, its length for one: the end was told before this operation knew the stream.
                HandleOfferEnded(put, put.Target, put.Target.EndCode);
            }
        }
        else
        {
            StartRelay(put, new SendTarget(next, cursor), description);
        }
    }

    private void StartRelay(PutOperation put, SendTarget route, StreamDescription description)
    {
        put.Leg = PutLeg.Passing;
        put.Held = null;
        CutThrough++;
        var relay = new CutThroughRelay(
            put.Incoming!, [route], description, Math.Max((byte)1, put.Header.HopsToLive), this)
        { HasLocalReader = true };
        put.Relay = relay;
        _relays.Add(relay, put);
        relay.Start();
        if (put.Relay == relay)
        {
            // Else it has ended at once, and another node has its turn.
            put.Target = route.Stream ?? put.Target;
        }
    }

    private void HandleAccepted(PutOperation put, SendStream stream, Instant now)
    {
        _now = now;
        if (put.Target != stream || put.Leg != PutLeg.Offered)
        {
            stream.Connection.Streams.Reset(stream, StreamErrorCode.Cancelled);
        }
        else if (stream.AcceptedFrom == 0)
        {
            StartRelay(put, new SendTarget(stream.Connection, put.Held!) { Accepted = stream }, stream.Description);
        }
        else
        {
            // It has the beginning: what it lacks is sent from the store, once that has it.
            ReleaseHeld(put);
            put.Leg = PutLeg.None;
            put.Target = null;
            put.NextHop = null;
            put.Later = stream.Connection;
            stream.Connection.Streams.Reset(stream, StreamErrorCode.Cancelled);
            GoOn(put);
        }
    }

    private void HandleOfferEnded(PutOperation put, SendStream stream, StreamErrorCode code)
    {
        if (put.Target == stream && put.Leg == PutLeg.Offered)
        {
            ReleaseHeld(put);
            EndSending(put, code);
        }
    }

    /// <summary>A node that stops a stream says why in its word, which may come right behind.</summary>
    private void EndSending(PutOperation put, StreamErrorCode code)
    {
        bool mayBeExplained = code is StreamErrorCode.None or StreamErrorCode.Corrupt or StreamErrorCode.StoreFailed
            or StreamErrorCode.Declined or StreamErrorCode.Unsupported;
        if (mayBeExplained && put.NextHop is { State: ConnectionState.Established })
        {
            put.Leg = PutLeg.Sent;
            put.Deadline = _now + (code == StreamErrorCode.None ? ResultTimeout(put) : _settings.SearchTimeout);
        }
        else
        {
            FailNextHop(put, OperationStatus.Unavailable);
        }
    }

    private void HandleWord(PutOperation put, OperationStatus status)
    {
        bool isFinal = status is OperationStatus.Done or OperationStatus.Corrupt or OperationStatus.DeltaRefused;
        if (!isFinal)
        {
            FailNextHop(put, status);
            return;
        }

        put.Leg = PutLeg.Sent;
        put.Deadline = Instant.Never;
        put.Onward = status;
        EndIfComplete(put);
    }

    private void FailNextHop(PutOperation put, OperationStatus status)
    {
        Connection? failed = put.NextHop;
        LeaveNextHop(put, StreamErrorCode.Cancelled);

        // One that keeps nothing, or has this already in hand, is no place for it, and no failure either. What was lost weighs
        // more than what was not found.
        bool isFailure = put.Only is not null || status is not (OperationStatus.Refused or OperationStatus.NotFound);
        if (isFailure && (put.Failure is OperationStatus.Done or OperationStatus.NotFound))
        {
            put.Failure = status;
        }

        put.NextHop = put.Only is null ? null : failed;
        GoOn(put);
    }

    private void LeaveNextHop(PutOperation put, StreamErrorCode code)
    {
        ReleaseHeld(put);
        SendStream? target = put.Target;
        put.Leg = PutLeg.None;
        put.Deadline = Instant.Never;
        put.Target = null;
        if (put.Relay is { } relay)
        {
            put.Relay = null;
            _relays.Remove(relay);
            relay.Cancel(code);
        }
        else if (target is { HasEnded: false })
        {
            target.Connection.Streams.Reset(target, code);
        }
    }

    private static void ReleaseHeld(PutOperation put)
    {
        if (put.Held is { } held)
        {
            put.Held = null;
            put.Incoming!.Ring.RemoveCursor(held);
            put.Incoming.Connection.Streams.OnConsumed(put.Incoming, put.Incoming.LastProgressAt);
        }
    }

    /// <summary>An update on its way down the tree of those who follow its key.</summary>
    private void TakeNotice(ReceiveStream stream, PutHeader header)
    {
        if (!_subscriptions.TryMark(header.UpdateId))
        {
            stream.Connection.Streams.Stop(stream, StreamErrorCode.Declined);
            stream.Ring.RemoveCursor(stream.Claim);
            return;
        }

        header.Visited.Add(_endpoint.PublicKey, header.HopsToLive);
        PassToFollowers(stream, header);
        _host.AcceptPut(header, stream, isNew: true);
    }

    private void PassToFollowers(ReceiveStream stream, PutHeader header)
    {
        IReadOnlyList<Connection> followers =
            _subscriptions.FollowersOf(header.Contract.Key.Instance, header.Visited, stream.Connection);
        if (followers.Count == 0 || header.HopsToLive == 0)
        {
            return;
        }

        PutHeader notice = header with
        {
            Purpose = Purpose.UpdateNotice,
            HopsToLive = (byte)(header.HopsToLive - 1),
            Depth = (byte)Math.Min(byte.MaxValue, header.Depth + 1),
        };
        StreamDescription source = stream.Description!;
        SendTarget[] routes = [.. followers.Select(follower => new SendTarget(follower, stream.Ring.TryAddCursor()!)
        {
            Description = source with
            {
                Kind = _settings.KindFor(follower, source.TotalLength, header.Flags),
                StartOffset = 0,
                Metadata = notice.ToBytes(),
            },
        })];
        new CutThroughRelay(stream, routes, source, notice.HopsToLive + 1, this) { HasLocalReader = true }.Start();
    }

    private sealed class OfferWatch(PutTable table, PutOperation put) : ISendListener
    {
        public void OnAccepted(SendStream stream, Instant now) => table.HandleAccepted(put, stream, now);

        public void OnAcknowledged(SendStream stream)
        {
        }

        public void OnSendEnded(SendStream stream, StreamErrorCode code) => table.HandleOfferEnded(put, stream, code);
    }
}
