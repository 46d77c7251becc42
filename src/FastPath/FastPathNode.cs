using System.Collections.Concurrent;
using System.Net;
using FastPath.Buffers.Datagrams;
using FastPath.Engine;
using FastPath.Identities;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Sockets;

namespace FastPath;

/// <summary>A node: listens on one UDP port, dials peers and answers them.</summary>
/// <remarks>Safe for use by many threads. Dispose closes every connection with a code.</remarks>
public sealed class FastPathNode : IAsyncDisposable
{
    private readonly EngineLoop _loop;
    private readonly IDatagramSocket _socket;
    private readonly NodeIdentity _identity;
    private readonly ConcurrentDictionary<PeerKey, TaskCompletionSource<FastPathPeer>> _dials = new();
    private readonly ConcurrentDictionary<Connection, FastPathPeer> _peers = new();

    private FastPathNode(NodeIdentity identity, IDatagramSocket socket, EndpointSettings settings)
    {
        _identity = identity;
        _socket = socket;
        var endpoint = new Endpoint(settings, identity.PrivateKey, new SystemRandom());
        _loop = new EngineLoop(endpoint, socket, OnEvent, OnDialResult);
    }

    /// <summary>The address that others dial.</summary>
    public PeerEndpoint Address => new(_identity.PublicKey, _socket.LocalAddress.ToIPEndPoint());

    /// <summary>Opens the port and begins to answer.</summary>
    /// <param name="identity">Who this node is.</param>
    /// <param name="listen">Port 0 takes a free one.</param>
    /// <param name="allowed">Public keys that may connect; null or empty admits everybody.</param>
    /// <param name="isClient">A client is never chosen as a next hop.</param>
    /// <exception cref="FastPathException">LocalResource: the port is in use or not permitted.</exception>
    public static FastPathNode Start(
        NodeIdentity identity,
        IPEndPoint listen,
        IReadOnlyCollection<ReadOnlyMemory<byte>>? allowed = null,
        bool isClient = false)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(listen);
        var keys = (allowed ?? []).Select(key => PeerKey.Read(key.Span)).ToHashSet();
        EndpointSettings settings = EndpointSettings.Default with
        {
            Role = isClient ? NodeRole.Client : NodeRole.Node,
            Authorize = keys.Count == 0 ? null : keys.Contains,
        };
        try
        {
            return new FastPathNode(
                identity, DatagramSocketFactory.Create(DatagramSocketKind.Auto, listen), settings);
        }
        catch (DatagramSocketException e)
        {
            throw new FastPathException(FastPathError.LocalResource, e.Message, e);
        }
    }

    /// <summary>Connects to a peer, or gives the connection that is open already.</summary>
    /// <remarks>Cancelling abandons the wait; the handshake under way may still succeed and be used by a later call.</remarks>
    /// <exception cref="FastPathException">Unreachable or Refused.</exception>
    public async ValueTask<FastPathPeer> ConnectAsync(PeerEndpoint peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        PeerKey key = peer.Key;
        var fresh = new TaskCompletionSource<FastPathPeer>(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<FastPathPeer> dial = _dials.GetOrAdd(key, fresh);
        if (dial == fresh)
        {
            PeerAddress address = PeerAddress.FromEndPoint(peer.EndPoint);
            _loop.Post((endpoint, now) => endpoint.Dial(now, key, address));
        }

        return await dial.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.Run(_loop.Dispose).ConfigureAwait(false);
        foreach (FastPathPeer peer in _peers.Values)
        {
            peer.OnClosed("the node was disposed");
        }

        foreach (TaskCompletionSource<FastPathPeer> dial in _dials.Values)
        {
            dial.TrySetException(new FastPathException(FastPathError.ConnectionClosed, "the node was disposed"));
        }
    }

    private void OnEvent(ConnectionEvent connectionEvent)
    {
        Connection connection = connectionEvent.Connection;
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.PingAcknowledged:
                PeerOf(connection).OnPingAcknowledged(connectionEvent.Number);
                break;
            case ConnectionEventKind.MessageReceived:
                // Messages have no reader yet; taking them at once keeps the peer's credit honest.
                connection.OnMessageConsumed(connectionEvent.Message.Length);
                break;
            case ConnectionEventKind.Closed when _peers.TryRemove(connection, out FastPathPeer? peer):
                peer.OnClosed(connection.CloseReason);
                break;
        }
    }

    private void OnDialResult(DialResult result)
    {
        if (!_dials.TryRemove(result.Peer, out TaskCompletionSource<FastPathPeer>? dial))
        {
            return;
        }

        if (result.Connection is { } connection)
        {
            dial.TrySetResult(PeerOf(connection));
            return;
        }

        dial.TrySetException(result.Failure == CloseCode.Refused
            ? new FastPathException(FastPathError.Refused, Describe(result))
            : new FastPathException(
                FastPathError.Unreachable, "no answer: the peer is unreachable, or does not have that public key"));
    }

    private FastPathPeer PeerOf(Connection connection) =>
        _peers.GetOrAdd(connection, static (c, loop) => new FastPathPeer(c, loop), _loop);

    private static string Describe(DialResult result) => result.Status switch
    {
        HandshakeStatus.NotAuthorized => "the peer does not admit this identity",
        HandshakeStatus.IncompatibleVersion => "no common wire version: the peer speaks "
            + $"{result.PeerVersionMin} to {result.PeerVersionMax}, this node {HandshakeLayout.VersionMin} to {HandshakeLayout.VersionMax}",
        _ => "no common cipher",
    };
}
