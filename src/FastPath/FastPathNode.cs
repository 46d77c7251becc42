using System.Diagnostics;
using System.Net;
using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Engine;
using FastPath.Hosting;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Serialization.Operations;
using FastPath.Sockets;
using FastPath.Sockets.Impairment;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastPath;

/// <summary>A node: listens on one UDP port, dials peers and answers them; puts and gets contracts; passes streams on.</summary>
/// <remarks>Safe for use by many threads. Dispose closes every connection with a code.</remarks>
public sealed partial class FastPathNode : IAsyncDisposable
{
    private readonly FastPathOptions _options;
    private readonly NodeIdentity _identity;
    private readonly IDatagramSocket _socket;
    private readonly NodeHost _host;
    private readonly FastPathMetrics _metrics;
    private readonly Lazy<Task> _end;

    private FastPathNode(NodeIdentity identity, IDatagramSocket socket, FastPathOptions options)
    {
        _identity = identity;
        _socket = socket;
        _options = options;
        _end = new Lazy<Task>(EndAsync);
        ILogger logger = options.LoggerFactory?.CreateLogger("FastPath") is { } given ? new GuardedLogger(given) : NullLogger.Instance;
        _host = new NodeHost(options, logger);
        var endpoint = new Endpoint(SettingsOf(options), identity.PrivateKey, new SystemRandom());
        var operations = new OperationSettings
        {
            HopsToLive = (byte)options.HopsToLive,
            IsPiped = options.PipedForwarding,
            Caches = options.Cache && options.Store is not null,
            AsksForProofs = options.VerifiedGroups,
            StreamingThresholdBytes = options.StreamingThresholdBytes,
            Streaming = options.Streaming switch
            {
                FastPathStreaming.On => StreamingUse.Always,
                FastPathStreaming.OptIn => StreamingUse.OnRequest,
                _ => StreamingUse.Never,
            },
            StreamingPeers = options.StreamingPeers.Select(key => PeerKey.Read(key.Span)).ToHashSet(),
            OfferBytesMin = options.OfferBytesMin,
            LaggardTimeout = Duration.FromTimeSpan(options.LaggardTimeout),
        };
        Core = new NodeCore(endpoint, operations, _host);
        _host.Core = Core;
        _host.OperationSettings = operations;
        _host.Loop = new EngineLoop(Core, socket, options.Loops?.Next() ?? new OwnLoopThread(), options.UnsafeInlineContinuations);
        _metrics = new FastPathMetrics(Core, socket, _host.Shadows.Counters, () => _host.OldPeersConnected);
        DatagramSocketReport report = socket.Report;
        logger.Listening(
            Address.ToString(), EngineName, report.Reason, report.Buffers.GrantedReceive, report.Buffers.RequestedReceive);
        _host.Loop.Start();
    }

    /// <summary>The address that others dial.</summary>
    public PeerEndpoint Address => new(_identity.PublicKey, _socket.LocalAddress.ToIPEndPoint());

    /// <summary>The datagram engine that is used.</summary>
    public string EngineName => _socket.Report.Engine.ToString().ToLowerInvariant();

    /// <summary>What the probing of the datagram engine decided, for people.</summary>
    public string EngineReport => $"{EngineName}: {_socket.Report.Reason}; segmentation offload "
        + $"{(_socket.Report.IsSegmenting ? "on" : "off")}, receive offload {(_socket.Report.IsCoalescing ? "on" : "off")}, "
        + $"receive buffer {_socket.Report.Buffers.GrantedReceive} of {_socket.Report.Buffers.RequestedReceive} bytes";

    /// <summary>Peers with an open connection.</summary>
    public IReadOnlyCollection<FastPathPeer> Peers => [.. _host.Peers];

    /// <summary>One reading of the node's counters.</summary>
    public NodeStatistics GetStatistics()
    {
        DatagramSocketCounters socket = _socket.Counters;
        StreamCounters streams = Core.Endpoint.StreamCounters;
        return new NodeStatistics
        {
            DatagramsSent = Volatile.Read(ref socket.DatagramsSent),
            DatagramsReceived = Volatile.Read(ref socket.DatagramsReceived),
            SendCalls = Volatile.Read(ref socket.SendCalls),
            ReceiveCalls = Volatile.Read(ref socket.ReceiveCalls),
            ReceiveCallsEmpty = Volatile.Read(ref socket.ReceiveCallsEmpty),
            KernelDrops = _socket.KernelDrops,
            FragmentsSent = Volatile.Read(ref streams.FragmentsSent),
            FragmentsSentAgain = Volatile.Read(ref streams.FragmentsSentAgain),
            FragmentsReceived = Volatile.Read(ref streams.FragmentsReceived),
            PayloadBytesSent = Volatile.Read(ref streams.PayloadBytesSent),
            PayloadBytesSentAgain = Volatile.Read(ref streams.PayloadBytesSentAgain),
            PayloadBytesReceived = Volatile.Read(ref streams.PayloadBytesReceived),
            BufferBytesRented = Core.Endpoint.Pool.RentedBytes,
            BufferBytesReserved = Core.Endpoint.Pool.ReservedBytes,
        };
    }

    internal NodeCore Core { get; }

    internal NodeHost Host => _host;

    internal IDatagramSocket Socket => _socket;

    internal FastPathMetrics Metrics => _metrics;

    /// <summary>Opens the port and begins to answer.</summary>
    /// <param name="identity">Who this node is.</param>
    /// <param name="listen">Port 0 takes a free one.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="FastPathException">LocalResource: the port or the folder of partial transfers is in use or not permitted.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static FastPathNode Start(NodeIdentity identity, IPEndPoint listen, FastPathOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(listen);
        options ??= new FastPathOptions();
        options.Validate();
        try
        {
            if (options.PartialFolder is { } partial)
            {
                TransferJournal.RemoveStale(partial, options.PartialLifetime);
            }

            IDatagramSocket socket = DatagramSocketFactory.Create(
                (DatagramSocketKind)options.Engine,
                listen,
                DatagramSocketSettings.Default with { PollsWhileWaiting = options.BusyPolling });
            if (options.Impairment is { } impairment)
            {
                socket = new ImpairedDatagramSocket(socket, impairment);
            }

            try
            {
                return new FastPathNode(identity, socket, options);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is DatagramSocketException or IOException or UnauthorizedAccessException)
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
        ArgumentNullException.ThrowIfNull(peer.EndPoint);
        _host.Remember(peer);
        return await _host.DialAsync(peer).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a stream to a peer.</summary>
    /// <inheritdoc cref="FastPathPeer.OpenStream"/>
    public async ValueTask<OutgoingStream> OpenStreamAsync(
        PeerEndpoint peer,
        ReadOnlyMemory<byte> metadata = default,
        long? totalLength = null,
        ReadOnlyMemory<byte> digest = default,
        CancellationToken cancellationToken = default)
    {
        FastPathPeer connected = await ConnectAsync(peer, cancellationToken).ConfigureAwait(false);
        return connected.OpenStream(metadata, totalLength, digest);
    }

    /// <summary>Streams that peers open, in the order of their opening. The caller disposes each.</summary>
    /// <remarks>Up to <see cref="FastPathOptions.AcceptBacklog"/> wait; a stream beyond that is refused, and its opener is told.</remarks>
    public IAsyncEnumerable<StreamHandle> AcceptStreamsAsync(CancellationToken cancellationToken = default) =>
        AcceptStreamsAsync(StreamReadOptions.Default, cancellationToken);

    /// <summary>Streams that peers open, in the order of their opening, read as the options say. The caller disposes each.</summary>
    /// <remarks>Up to 256 wait; a stream beyond that is refused, and its opener is told.</remarks>
    public async IAsyncEnumerable<StreamHandle> AcceptStreamsAsync(
        StreamReadOptions options,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        await foreach (StreamHandle stream in _host.Accepted.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            stream.Configure(options);
            yield return stream;
        }
    }

    /// <summary>Messages that peers send, in order per peer.</summary>
    public async IAsyncEnumerable<IncomingMessage> ReceiveMessagesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (IncomingMessage message in _host.Messages.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            message.Take();
            yield return message;
        }
    }

    /// <summary>
    /// Sends a payload that can be read again, to a peer that is dialled when it is not connected. It is offered first; when the
    /// transfer breaks it goes on at the first byte that the receiver lacks.
    /// </summary>
    /// <param name="peer">Where it goes.</param>
    /// <param name="body">Read at any offset, and again after a break; a serializer is one.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Gives the transfer up; the receiver keeps what it has.</param>
    /// <exception cref="FastPathException">Unreachable, Refused (also: declined), TooLarge, or why the last attempt failed.</exception>
    public async ValueTask<SendReport> SendAsync(
        PeerEndpoint peer, IBody body, SendOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(body);
        options ??= new SendOptions();
        PayloadProof proof = options.Digest.IsEmpty
            ? await Task.Run(() => PayloadProof.Compute(body, _options.VerifiedGroups, cancellationToken), cancellationToken).ConfigureAwait(false)
            : new PayloadProof(options.Digest, null);
        return await new BlobSend(_host, _options, peer, body, proof, options).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Limits what leaves for all peers together, from now on.</summary>
    /// <param name="bytesPerSecond">0 for no limit.</param>
    public void SetRateLimit(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        _host.Loop.Post(now => Core.Endpoint.SetRateLimit(now, bytesPerSecond));
    }

    /// <summary>
    /// Closes every connection; whoever waits for this node fails. Then the store is the application's alone: what was being
    /// read from it or kept in it has ended, unless the store itself has not answered for five seconds, which is logged.
    /// </summary>
    public ValueTask DisposeAsync() => new(_end.Value);

    private async Task EndAsync()
    {
        await Task.Run(_host.Shutdown).ConfigureAwait(false);
        await _host.EndStoreWorkAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    /// <summary>What the node does not do is not announced: nobody waits for it then.</summary>
    private static ulong CapabilitiesOf(FastPathOptions options)
    {
        ulong unused = options.PipedForwarding ? 0 : Capabilities.PipedForwarding;
        ulong streaming = Capabilities.Streaming | Capabilities.PipedForwarding | Capabilities.Resume | Capabilities.Offers;
        return Capabilities.All & ~(options.Streaming == FastPathStreaming.Off ? streaming : unused);
    }

    private static EndpointSettings SettingsOf(FastPathOptions options)
    {
        var keys = options.AllowedPeers.Select(key => PeerKey.Read(key.Span)).ToHashSet();
        return EndpointSettings.Default with
        {
            Capabilities = options.Capabilities ?? CapabilitiesOf(options),
            WireVersionMax = options.SpeaksAsOldNode ? HandshakeLayout.VersionOfOldNodes : HandshakeLayout.VersionMax,
            Role = options.IsClient ? NodeRole.Client : NodeRole.Node,
            Authorize = keys.Count == 0 ? null : keys.Contains,
            BufferBudgetBytes = options.BufferBudgetBytes,
            RateLimitBytesPerSecond = options.RateLimitBytesPerSecond,
            HandshakeTimeout = Duration.FromTimeSpan(options.HandshakeTimeout),
            Ciphers = options.Cipher == FastPathCipher.Auto ? [] : [(CipherSuite)options.Cipher],
            Connection = ConnectionSettings.Default with
            {
                Mtu = options.Mtu == 0 ? PathMtuSettings.Auto : PathMtuSettings.Fixed(options.Mtu),
                Recovery = RecoverySettings.Default with
                {
                    Congestion = (CongestionAlgorithm)options.Congestion,
                    RateLimitBytesPerSecond = options.PeerRateLimitBytesPerSecond,
                },
                IdleTimeout = Duration.FromTimeSpan(options.IdleTimeout),
                KeepAliveInterval = Duration.FromTimeSpan(options.IdleTimeout / 3),
                Streams = StreamSettings.Default with
                {
                    ProgressTimeout = Duration.FromTimeSpan(options.ProgressTimeout),
                    VerifiesGroups = options.Verify,
                    VerifiesRelayed = options.VerifyRelayed,
                },
            },
        };
    }
}
