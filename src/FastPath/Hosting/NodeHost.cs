using System.Collections.Concurrent;
using System.Threading.Channels;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Engine;
using FastPath.Legacy;
using FastPath.Options;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Rollout;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using Microsoft.Extensions.Logging;

namespace FastPath.Hosting;

/// <summary>The world around a node: dials, peers, messages and streams of the application. Called on the loop thread.</summary>
/// <remarks>Nothing here waits: work that may take time goes to the thread pool and comes back by a post.</remarks>
internal sealed partial class NodeHost : INodeHost
{
    private const int MessageBacklog = 1_024;

    private readonly FastPathOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<PeerKey, TaskCompletionSource<FastPathPeer>> _dials = new();
    private readonly ConcurrentDictionary<Connection, FastPathPeer> _peers = new();
    private readonly ConcurrentDictionary<PeerKey, PeerEndpoint> _wanted = new();
    private readonly Channel<StreamHandle> _accepted;
    private readonly Channel<IncomingMessage> _messages = Channel.CreateBounded<IncomingMessage>(MessageBacklog);

    public NodeHost(FastPathOptions options, ILogger logger)
    {
        _options = options;
        _logger = logger;
        Legacy = new LegacyMessages(this, options.WholeMessageBytesMax);
        OldNodes = new LegacyGateway(this, options, logger);
        _accepted = Channel.CreateBounded<StreamHandle>(new BoundedChannelOptions(options.AcceptBacklog)
        {
            AllowSynchronousContinuations = options.UnsafeInlineContinuations,
        });
        MessagePool = new MessagePool(options.UnsafeInlineContinuations);
        States = options.Store is { } store ? new StateKeeper(store, options.StateMerger) : null;
        Shadows = new ShadowRuns(this, logger, options.ShadowFault);
        _proofs = new PayloadProofCache(instance => Store?.TryOpen(instance) is { } entry ? new StoredPayload(entry) : null, StoreWork);
    }

    /// <summary>Set once, before the loop starts.</summary>
    public NodeCore Core { get; set; } = null!;

    public EngineLoop Loop { get; set; } = null!;

    /// <summary>Copies of what goes the usual way, to compare the other way with it.</summary>
    public ShadowRuns Shadows { get; }

    /// <summary>Whole messages of the network: the way of old nodes, and of short contracts.</summary>
    public LegacyMessages Legacy { get; }

    /// <summary>Neighbours that know nothing else.</summary>
    public LegacyGateway OldNodes { get; }

    public MessagePool MessagePool { get; }

    public bool RunsContinuationsInline => _options.UnsafeInlineContinuations;

    public ChannelReader<StreamHandle> Accepted => _accepted.Reader;

    public ChannelReader<IncomingMessage> Messages => _messages.Reader;

    public IEnumerable<FastPathPeer> Peers => _peers.Values;

    private IContractStore? Store => _options.Store;

    private volatile FastPathException? _gone;

    public Task<FastPathPeer> DialAsync(PeerEndpoint peer)
    {
        // Before the dial is in the table: one that cannot begin would keep all later ones to that key waiting.
        PeerKey key = peer.Key;
        var address = Buffers.Datagrams.PeerAddress.FromEndPoint(peer.EndPoint);
        var fresh = new TaskCompletionSource<FastPathPeer>(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<FastPathPeer> dial = _dials.GetOrAdd(key, fresh);
        if (dial == fresh)
        {
            Loop.Post(now => Core.Endpoint.Dial(now, key, address));
            EndIfGone(dial);
        }

        return dial.Task;
    }

    /// <summary>The application wants a connection to this peer: broken transfers dial it again.</summary>
    public void Remember(PeerEndpoint peer) => _wanted[peer.Key] = peer;

    /// <summary>Dials the peers that the application has dialled and that are gone; ends when each has answered or not.</summary>
    public Task RedialAsync(CancellationToken cancellationToken)
    {
        HashSet<PeerKey> connected = [.. _peers.Keys.Select(connection => connection.Session.PeerKey)];
        IEnumerable<Task> dials = _wanted.Values
            .Where(peer => !connected.Contains(peer.Key))
            .Select(peer => DialAsync(peer).ContinueWith(static dial => dial.Exception, TaskScheduler.Default));
        return Task.WhenAll(dials).WaitAsync(cancellationToken);
    }

    /// <summary>On any thread; also of a connection that has ended, whose peer fails whatever is asked of it.</summary>
    public FastPathPeer PeerOf(Connection connection)
    {
        FastPathPeer peer = _peers.GetOrAdd(connection, static (c, host) => new FastPathPeer(c, host), this);
        if (connection.State != ConnectionState.Established)
        {
            EndPeerLater(connection);
        }

        return peer;
    }

    /// <exception cref="ArgumentException">Another node's: its connections belong to that one's thread.</exception>
    public Connection ConnectionOf(FastPathPeer peer) =>
        peer.Host == this ? peer.Connection : throw new ArgumentException("the peer belongs to another node", nameof(peer));

    /// <summary>When the end was told before this peer was made, nobody else will ever tell it.</summary>
    private void EndPeerLater(Connection connection) => Loop.Post(_ =>
    {
        if (_peers.TryRemove(connection, out FastPathPeer? peer))
        {
            peer.OnClosed(connection.CloseReason);
        }
    });

    // Called when the wait is registered: either this or the shutdown sees the other.
    private void EndIfGone<T>(TaskCompletionSource<T> wait)
    {
        if (_gone is { } gone)
        {
            wait.TrySetException(gone);
        }
    }

    /// <summary>Ends the loop; whoever still waits hears it, and so does whoever comes later.</summary>
    public void Shutdown()
    {
        var gone = new FastPathException(FastPathError.ConnectionClosed, "the node was disposed");
        _gone = gone;
        Loop.Dispose();
        Loop.Post(_ => FailAll(gone));
    }

    private void FailAll(FastPathException gone)
    {
        foreach (FastPathPeer peer in _peers.Values)
        {
            peer.OnClosed("the node was disposed");
        }

        foreach (TaskCompletionSource<FastPathPeer> dial in _dials.Values)
        {
            dial.TrySetException(gone);
        }

        FailOperations(gone);
        _accepted.Writer.TryComplete();
        _messages.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out StreamHandle? stream))
        {
            stream.Dispose();
        }
    }

    /// <summary>Connections so far with nodes that speak wire version 0.</summary>
    public long OldPeersConnected { get; private set; }

    public void OnConnectionEvent(in ConnectionEvent connectionEvent)
    {
        Connection connection = connectionEvent.Connection;
        switch (connectionEvent.Kind)
        {
            case ConnectionEventKind.Established:
                _logger.PeerConnected(
                    NameOf(connection), connection.Session.Cipher.Name, new NegotiatedCapabilities(connection.Session).ToString());
                OldPeersConnected += connection.Session.IsWithOldNode ? 1 : 0;
                PeerOf(connection);
                break;
            case ConnectionEventKind.PingAcknowledged:
                PeerOf(connection).OnPingAcknowledged(connectionEvent.Number);
                break;
            case ConnectionEventKind.MessageAcknowledged:
                PeerOf(connection).OnMessageAcknowledged(connectionEvent.Number);
                break;
            case ConnectionEventKind.Closed when _peers.TryRemove(connection, out FastPathPeer? peer):
                _logger.PeerClosed(NameOf(connection), connection.CloseReason);
                peer.OnClosed(connection.CloseReason);
                break;
        }
    }

    public void OnDialResult(in DialResult result)
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
            ? new FastPathException(FastPathError.Refused, Describe(in result))
            : new FastPathException(
                FastPathError.Unreachable, "no answer: the peer is unreachable, or does not have that public key"));
    }

    public void OnStream(Purpose purpose, ReceiveStream stream)
    {
        if (stream.Description!.Kind == Protocol.Frames.StreamKind.Whole)
        {
            StreamHandle whole = NewHandle(stream);
            _ = TakeWholeAsync(purpose, whole.Attach());
            return;
        }

        if (purpose == Purpose.Application && TryRoute(stream))
        {
            return;
        }

        StreamHandle handle = NewHandle(stream);
        if (purpose != Purpose.Application)
        {
            handle.Stop(StreamErrorCode.Unsupported);
        }
        else if (!_accepted.Writer.TryWrite(handle.Attach()))
        {
            handle.Stop(StreamErrorCode.TooManyStreams);
        }
    }

    /// <summary>The first reader of a stream, on the application's behalf.</summary>
    private StreamHandle NewHandle(ReceiveStream stream) =>
        new(Loop, stream, stream.Claim, new StreamReaders());

    /// <summary>Passes a stream on from its first byte, without leaving this thread, when the application's rule says so.</summary>
    private bool TryRoute(ReceiveStream stream)
    {
        if (_options.StreamRoute is not { } route)
        {
            return false;
        }

        Connection[] targets;
        try
        {
            targets = [.. route(PeerOf(stream.Connection), stream.Description!.Metadata[1..]).Select(ConnectionOf)];
        }
        catch (Exception e)
        {
            _logger.StreamRouteFailed(e);
            return false;
        }

        if (targets.Length == 0)
        {
            return false;
        }

        new RoutedStream(this).Start(stream, targets);
        return true;
    }

    private static string NameOf(Connection connection)
    {
        byte[] key = new byte[PeerKey.Length];
        connection.Session.PeerKey.Write(key);
        return Base58.Encode(key);
    }

    private static string Describe(in DialResult result) => result.Status switch
    {
        HandshakeStatus.NotAuthorized => "the peer does not admit this identity",
        HandshakeStatus.IncompatibleVersion => "no common wire version: the peer speaks "
            + $"{result.PeerVersionMin} to {result.PeerVersionMax}, this node {HandshakeLayout.VersionMin} to {HandshakeLayout.VersionMax}",
        HandshakeStatus.UnknownItem => "the peer's version demands something that the other one does not know",
        _ => "no common cipher",
    };
}
