using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Nodes;

/// <summary>The world around a node. Called on the loop thread: begin the work, never wait for it.</summary>
internal interface INodeHost : IOperationHost
{
    void OnConnectionEvent(in ConnectionEvent connectionEvent);

    void OnDialResult(in DialResult result);

    /// <summary>A message of the application, the host's from now on; its credit returns with <see cref="Connection.OnMessageConsumed"/>.</summary>
    void OnMessage(Connection from, Purpose purpose, PooledBytes message);

    /// <summary>A stream that the peer's application offers; answer it by its connection's streams, once.</summary>
    void OnOffered(StreamOffer offer);

    /// <summary>A stream of the application; the host owns its claim.</summary>
    void OnStream(Purpose purpose, ReceiveStream stream);

    /// <summary>A copy of a payload that comes on its usual way too: read it for its digest alone (the host owns its claim).</summary>
    void OnShadow(ReceiveStream stream);

    /// <summary>What a peer says of a copy that this node has sent it.</summary>
    void OnShadowDigest(Connection from, ShadowDigest digest);
}
