using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Relaying;

/// <summary>Passes an incoming stream on to its targets as the bytes come, in whatever order they come (decision D2).</summary>
/// <remarks>
/// One ring, written once by the incoming side and read by every target; a slot is free when the slowest live target has it
/// acknowledged, and only then becomes credit for the source: so back-pressure crosses the relay by itself. Targets are
/// opened when the first byte is there, so a source that fails before that can be replaced unseen. Owned by the loop thread.
/// </remarks>
internal sealed class CutThroughRelay : IReceiveListener, ISendListener
{
    private readonly IRelayOwner _owner;
    private readonly List<SendTarget> _routes;
    private readonly List<SendStream> _targets = [];
    private readonly StreamDescription _description;
    private readonly int _hopsFromSink;
    private StreamErrorCode _sourceFailure;
    private StreamErrorCode _firstTargetFailure;
    private int _liveTargets;
    private bool _hasEnded;

    /// <param name="source">Claimed here: its first reader becomes the first target's.</param>
    /// <param name="targets">Where the bytes go; at least one.</param>
    /// <param name="description">What the targets are told; the metadata may differ from the source's.</param>
    /// <param name="hopsFromSink">Of this node.</param>
    public CutThroughRelay(
        ReceiveStream source,
        IReadOnlyList<Connection> targets,
        StreamDescription description,
        int hopsFromSink,
        IRelayOwner owner)
        : this(
            source,
            targets.Select((target, i) => new SendTarget(target, i == 0 ? source.Claim : source.Ring.TryAddCursor()!)).ToArray(),
            description,
            hopsFromSink,
            owner)
    {
    }

    /// <param name="source">Its claim is one of the routes' cursors, or is given back by somebody else.</param>
    /// <param name="routes">Where the bytes go; at least one.</param>
    /// <param name="description">What the targets are told; the metadata may differ from the source's.</param>
    /// <param name="hopsFromSink">Of this node.</param>
    public CutThroughRelay(
        ReceiveStream source, IReadOnlyList<SendTarget> routes, StreamDescription description, int hopsFromSink, IRelayOwner owner)
    {
        Source = source;
        _owner = owner;
        _description = description;
        _hopsFromSink = hopsFromSink;
        _routes = [.. routes];
        foreach (SendTarget route in routes)
        {
            route.Connection.LimitOutgoingForRelay();
        }

        source.IsRelayed = true;
        source.Connection.LimitIncomingForRelay();
        source.ProgressTimeout = source.Connection.Streams.Settings.ProgressTimeoutAt(hopsFromSink);
    }

    public ReceiveStream Source { get; }

    public IReadOnlyList<SendStream> Targets => _targets;

    /// <summary>The targets from the start on, and how each has ended.</summary>
    public IReadOnlyList<SendTarget> Routes => _routes;

    /// <summary>At least one byte, or the end of an empty payload, was passed on.</summary>
    public bool IsOpen => _targets.Count > 0;

    /// <summary>Keeps the source going though every target is gone: somebody here reads along.</summary>
    public bool HasLocalReader { get; set; }

    /// <summary>By policy. A group that turns out wrong still ends the stream, where somebody checks it.</summary>
    public bool TakesUnverified => !Source.Connection.Streams.Settings.VerifiesRelayed;

    /// <summary>Begins; everything that has come already is passed on at once.</summary>
    public void Start() => Source.Attach(this);

    public void OnStored(ReceiveStream stream, long start, long end)
    {
        OpenTargets();
        foreach (SendStream target in _targets)
        {
            target.Offer(start, end, stream.LastProgressAt);
            target.Connection.Streams.MarkReady(target);
        }
    }

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
        if (code == StreamErrorCode.None)
        {
            OpenTargets();
            foreach (SendStream target in _targets)
            {
                target.Finish(stream.Ring.FinalSize, stream.LastProgressAt, stream.Digest);
                target.Connection.Streams.MarkReady(target);
            }

            return;
        }

        _sourceFailure = code == StreamErrorCode.ConnectionLost ? StreamErrorCode.UpstreamLost : code;
        if (!IsOpen && !_hasEnded)
        {
            _hasEnded = true;
            ReleaseUnopened(_sourceFailure);
            _owner.OnSourceFailedUnused(this, code);
            return;
        }

        // What the ring holds without a gap is still delivered, then the cause.
        foreach (SendStream target in _targets.ToArray())
        {
            ResetIfDrained(target);
        }
    }

    public void OnAcknowledged(SendStream stream)
    {
        Duration roundTrip = Duration.Zero;
        foreach (SendStream target in _targets)
        {
            if (!target.HasEnded && target.Connection.Rtt.HasSample)
            {
                roundTrip = Duration.Max(roundTrip, target.Connection.Rtt.Min);
            }
        }

        Source.DownstreamRoundTrip = roundTrip;
        Source.Connection.Streams.OnConsumed(Source, stream.LastProgressAt);
        ResetIfDrained(stream);
    }

    public void OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        _liveTargets--;

        // An end that comes at once, the connection being gone, belongs to the route that is not opened yet.
        (_routes.Find(route => route.Stream == stream) ?? _routes[_targets.Count]).End(code);
        if (code != StreamErrorCode.None && _firstTargetFailure == StreamErrorCode.None)
        {
            _firstTargetFailure = code;
        }

        if (_liveTargets > 0)
        {
            // The slowest reader may have been this one.
            Source.Connection.Streams.OnConsumed(Source, stream.LastProgressAt);
            return;
        }

        if (_hasEnded)
        {
            return;
        }

        _hasEnded = true;
        if (!Source.HasEnded && !HasLocalReader)
        {
            StreamErrorCode cause = _firstTargetFailure == StreamErrorCode.ConnectionLost
                ? StreamErrorCode.DownstreamLost
                : _firstTargetFailure;
            Source.Connection.Streams.Leave(Source, cause);
        }

        _owner.OnRelayEnded(this, _sourceFailure != StreamErrorCode.None ? _sourceFailure : _firstTargetFailure);
    }

    /// <summary>The source hears of a level when every target has reached it; a local reader is not the destination.</summary>
    public void OnDelivered(SendStream stream, DeliveryLevel level)
    {
        DeliveryLevel least = level;
        foreach (SendStream target in _targets)
        {
            least = target.Level < least ? target.Level : least;
        }

        if (least > DeliveryLevel.Acknowledged)
        {
            Source.Connection.Streams.Report(Source, least);
        }
    }

    /// <summary>One more target, while the ring still holds the first byte.</summary>
    /// <param name="description">What it is told.</param>
    /// <returns>Null when it is too late for it.</returns>
    public SendTarget? TryAdd(Connection connection, StreamDescription description)
    {
        if (_hasEnded || _sourceFailure != StreamErrorCode.None || Source.Ring.TryAddCursor() is not { } cursor)
        {
            return null;
        }

        connection.LimitOutgoingForRelay();
        var route = new SendTarget(connection, cursor) { Description = description };
        _routes.Add(route);
        connection.LimitOutgoingForRelay();
        if (!IsOpen)
        {
            return route;
        }

        _liveTargets++;
        if (OpenTarget(route) is { HasEnded: false } target)
        {
            OfferAllTo(target);
        }

        return route;
    }

    /// <summary>One target wants it no more; the last one that goes ends the relay.</summary>
    public void Remove(SendTarget route, StreamErrorCode code)
    {
        if (route.Stream is not null)
        {
            route.Reset(code);
        }
        else if (_routes.Count > 1 && _routes.Remove(route))
        {
            route.End(code);
            Source.Ring.RemoveCursor(route.Cursor);
        }
        else
        {
            Cancel(code);
        }
    }

    /// <summary>Gives the transfer up at both sides.</summary>
    public void Cancel(StreamErrorCode code)
    {
        if (!IsOpen && !_hasEnded)
        {
            _hasEnded = true;
            ReleaseUnopened(code);
            if (!HasLocalReader)
            {
                Source.Connection.Streams.Leave(Source, code);
            }

            _owner.OnRelayEnded(this, code);
            return;
        }

        foreach (SendStream target in _targets.ToArray())
        {
            target.Connection.Streams.Reset(target, code);
        }
    }

    private long PassedOnTo => TakesUnverified ? Source.Ring.Frontier : Source.Ring.Payload.ReadableEnd;

    private void OpenTargets()
    {
        if (IsOpen || _hasEnded)
        {
            return;
        }

        _liveTargets = _routes.Count;
        foreach (SendTarget route in _routes.ToArray())
        {
            OpenTarget(route);
        }
    }

    private SendStream OpenTarget(SendTarget route)
    {
        if (route.Accepted is { } accepted)
        {
            route.Stream = accepted;
            _targets.Add(accepted);
            accepted.Begin(Source.Ring, route.Cursor, this);
            return accepted;
        }

        // An offer that was accepted here is no offer to the next one: its bytes come.
        StreamDescription description = (route.Description ?? _description) with { IsOffer = false };
        route.Stream = route.Connection.Streams.Open(
            Source.LastProgressAt, description, Source.Ring, route.Cursor, this, _hopsFromSink);
        _targets.Add(route.Stream);
        return route.Stream;
    }

    /// <summary>What came before it was there.</summary>
    private void OfferAllTo(SendStream target)
    {
        FragmentRing ring = Source.Ring;
        bool isGated = ring.Payload.IsGated && !TakesUnverified;
        long end = isGated ? ring.Payload.ReadableEnd : ring.Frontier;
        if (end > ring.StartOffset)
        {
            target.Offer(ring.StartOffset, end, Source.LastProgressAt);
        }

        for (int i = 0; i < ring.HeldAbove.Count && !isGated; i++)
        {
            (long heldStart, long heldEnd) = ring.HeldAbove[i];
            target.Offer(heldStart, heldEnd, Source.LastProgressAt);
        }

        if (Source.HasEnded)
        {
            target.Finish(ring.FinalSize, Source.LastProgressAt, Source.Digest);
        }

        target.Connection.Streams.MarkReady(target);
    }

    private void ReleaseUnopened(StreamErrorCode code)
    {
        foreach (SendTarget route in _routes)
        {
            route.End(code);
            Source.Ring.RemoveCursor(route.Cursor);
        }
    }

    private void ResetIfDrained(SendStream target)
    {
        if (_sourceFailure != StreamErrorCode.None && !target.HasEnded && target.AcknowledgedTo >= PassedOnTo)
        {
            target.Connection.Streams.Reset(target, _sourceFailure);
        }
    }
}
