using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Nodes;

/// <summary>A node without IO: an endpoint, and the operations that run over its connections.</summary>
/// <remarks>
/// Contract of a turn: hand over what arrived, <see cref="HandleTimeout"/> when due, <see cref="HandleEvents"/>, then drain
/// <see cref="Endpoint.TryPollTransmit"/>. Owned by the loop thread.
/// </remarks>
internal sealed class NodeCore : IDisposable
{
    private readonly INodeHost _host;

    public NodeCore(Endpoint endpoint, OperationSettings settings, INodeHost host)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(host);
        settings.Validate();
        _host = host;
        Endpoint = endpoint;
        Gets = new GetTable(endpoint, settings, host);
        Subscriptions = new SubscriptionTable(endpoint, settings);
        Puts = new PutTable(endpoint, settings, host, Subscriptions);
    }

    public Endpoint Endpoint { get; }

    public GetTable Gets { get; }

    public PutTable Puts { get; }

    public SubscriptionTable Subscriptions { get; }

    /// <summary>Messages and streams whose first byte or header made no sense.</summary>
    public long Malformed { get; private set; }

    public Instant NextTimeout => Instant.Min(
        Endpoint.NextTimeout, Instant.Min(Gets.NextDeadline, Puts.NextDeadline));

    public void HandleTimeout(Instant now)
    {
        Endpoint.HandleTimeout(now);
        Gets.HandleTimeout(now);
        Puts.HandleTimeout(now);
    }

    /// <summary>Takes what the connections have to tell to whom it is for.</summary>
    public void HandleEvents(Instant now)
    {
        while (Endpoint.TryPollEvent(out ConnectionEvent connectionEvent))
        {
            switch (connectionEvent.Kind)
            {
                case ConnectionEventKind.MessageReceived:
                    HandleMessage(now, in connectionEvent);
                    break;
                case ConnectionEventKind.StreamOpened:
                    HandleStream(now, connectionEvent.Stream!);
                    break;
                case ConnectionEventKind.StreamOffered:
                    HandleOffer(connectionEvent.Offer!);
                    break;
                case ConnectionEventKind.Closed:
                    Gets.HandleConnectionClosed(now, connectionEvent.Connection);
                    Puts.HandleConnectionClosed(now, connectionEvent.Connection);
                    Subscriptions.HandleConnectionClosed(connectionEvent.Connection);
                    _host.OnConnectionEvent(in connectionEvent);
                    break;
                case ConnectionEventKind.Established:
                    Subscriptions.HandleEstablished();
                    _host.OnConnectionEvent(in connectionEvent);
                    break;
                default:
                    _host.OnConnectionEvent(in connectionEvent);
                    break;
            }
        }

        while (Endpoint.TryPollDialResult(out DialResult result))
        {
            _host.OnDialResult(in result);
        }
    }

    public void Dispose() => Endpoint.Dispose();

    private void HandleMessage(Instant now, in ConnectionEvent received)
    {
        Connection from = received.Connection;
        ReadOnlySpan<byte> message = received.Message.Span;
        Purpose purpose = message.IsEmpty ? Purpose.Application : (Purpose)message[0];
        bool isUnderstood = true;
        switch (purpose)
        {
            case Purpose.GetRequest:
                isUnderstood = GetRequest.TryRead(message, out GetRequest request);
                if (isUnderstood)
                {
                    FollowFor(from, request.Instance, request.Flags, request.HopsToLive);
                    Gets.HandleRequest(now, from, in request);
                }

                break;
            case Purpose.GetFailed or Purpose.GetCancel or Purpose.GetProgress or Purpose.PutResult or Purpose.PutProgress:
                isUnderstood = OperationNotice.TryRead(message, purpose, out OperationNotice notice);
                if (isUnderstood)
                {
                    HandleNotice(now, from, purpose, in notice);
                }

                break;
            case Purpose.ShadowDigest:
                isUnderstood = ShadowDigest.TryRead(message, out ShadowDigest? shadow);
                if (isUnderstood)
                {
                    _host.OnShadowDigest(from, shadow!);
                }

                break;
            case Purpose.Subscribe or Purpose.Unsubscribe:
                isUnderstood = SubscriptionMessage.TryRead(message, purpose, out SubscriptionMessage subscription);
                if (isUnderstood && purpose == Purpose.Subscribe)
                {
                    Subscriptions.Follow(subscription.Instance, from, subscription.HopsToLive);
                }
                else if (isUnderstood)
                {
                    Subscriptions.Unfollow(subscription.Instance, from);
                }

                break;
            case Purpose.Application or Purpose.NetMessage
                or Purpose.ApplicationRequest or Purpose.ApplicationResponse or Purpose.ApplicationFailure
                when !message.IsEmpty:
                if (purpose is Purpose.ApplicationRequest or Purpose.ApplicationResponse)
                {
                    // The answer carries the ACK of a request; the next request that of an answer, when it comes soon.
                    from.HoldAcknowledgement();
                }

                // Its bytes count against the peer's credit until the application has taken them.
                _host.OnMessage(from, purpose, received.Message);
                return;
            default:
                isUnderstood = false;
                break;
        }

        Malformed += isUnderstood ? 0 : 1;
        from.OnMessageConsumed(message.Length);
        received.Message.Return();
    }

    private void HandleNotice(Instant now, Connection from, Purpose purpose, in OperationNotice notice)
    {
        switch (purpose)
        {
            case Purpose.GetFailed:
                Gets.HandleFailed(now, from, in notice);
                break;
            case Purpose.GetCancel:
                Gets.HandleCancel(now, from, notice.Transaction);
                break;
            case Purpose.GetProgress:
                Gets.HandleProgress(now, from, notice.Transaction);
                break;
            case Purpose.PutProgress:
                Puts.HandleProgress(now, from, notice.Transaction);
                break;
            default:
                Puts.HandleResult(now, from, in notice);
                break;
        }
    }

    /// <summary>The path of an operation whose origin follows the key is a way for its updates too.</summary>
    private void FollowFor(Connection from, ContractInstanceId instance, OperationFlags flags, byte hopsToLive)
    {
        if ((flags & OperationFlags.Subscribe) != 0)
        {
            Subscriptions.Follow(instance, from, hopsToLive);
        }
    }

    private void HandleOffer(StreamOffer offer)
    {
        ReadOnlySpan<byte> metadata = offer.Description.Metadata.Span;
        Purpose purpose = metadata.IsEmpty ? Purpose.Application : (Purpose)metadata[0];
        switch (purpose)
        {
            case Purpose.PutRequest or Purpose.UpdateRequest or Purpose.UpdateNotice
                when PutHeader.TryRead(metadata, out PutHeader? put):
                Puts.HandleOffer(put!, offer);
                break;
            case Purpose.Application:
                _host.OnOffered(offer);
                break;
            default:
                Malformed++;
                offer.Connection.Streams.Decline(offer, StreamErrorCode.Unsupported);
                break;
        }
    }

    private void HandleStream(Instant now, ReceiveStream stream)
    {
        ReadOnlySpan<byte> metadata = stream.Description!.Metadata.Span;
        Purpose purpose = metadata.IsEmpty ? Purpose.Application : (Purpose)metadata[0];
        switch (purpose)
        {
            case Purpose.GetResponse when ContractStreamHeader.TryRead(metadata, purpose, out ContractStreamHeader answer):
                Gets.HandleResponse(now, stream, in answer);
                break;
            case Purpose.PutRequest or Purpose.UpdateRequest or Purpose.UpdateNotice
                when PutHeader.TryRead(metadata, out PutHeader? put):
                FollowFor(stream.Connection, put!.Contract.Key.Instance, put.Flags, put.HopsToLive);
                Puts.HandleRequest(now, stream, put);
                break;
            case Purpose.Shadow:
                _host.OnShadow(stream);
                break;
            case Purpose.Application or Purpose.ApplicationRequest or Purpose.ApplicationResponse:
            case Purpose.NetMessage when stream.Description.Kind == StreamKind.Whole:
                _host.OnStream(purpose, stream);
                break;
            default:
                Malformed++;
                stream.Connection.Streams.Stop(stream, StreamErrorCode.Unsupported);
                stream.Ring.RemoveCursor(stream.Claim);
                break;
        }
    }
}
