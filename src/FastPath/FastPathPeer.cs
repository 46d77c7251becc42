using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Diagnostics;
using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Streams;

namespace FastPath;

/// <summary>An open, encrypted connection to one peer.</summary>
public sealed partial class FastPathPeer
{
    private readonly NodeHost _host;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<long>> _pings = new(concurrencyLevel: 1, capacity: 3);
    private long _pingNumber;
    private volatile string? _closedReason;

    internal FastPathPeer(Connection connection, NodeHost host)
    {
        Connection = connection;
        _host = host;
        byte[] key = new byte[Protocol.Handshakes.PeerKey.Length];
        connection.Session.PeerKey.Write(key);
        PublicKey = key;
    }

    /// <summary>32 bytes: who the peer has proven to be.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>Where it is now, as the network shows it.</summary>
    public PeerEndpoint Address => new(PublicKey, Connection.PeerAddress.ToIPEndPoint());

    /// <summary>The negotiated payload cipher.</summary>
    public string Cipher => Connection.Session.Cipher.Name;

    /// <summary>What both ends can do.</summary>
    public NegotiatedCapabilities Capabilities => new(Connection.Session);

    /// <summary>The congestion controller of this side.</summary>
    public string Congestion => Connection.Recovery.Congestion.Name;

    /// <summary>Bytes of UDP payload that a packet has at most.</summary>
    public int MtuBytes => Connection.Path.Current;

    /// <summary>The least round trip seen; null before the first sample.</summary>
    public TimeSpan? MinRoundTrip => Connection.Rtt.HasSample ? Connection.Rtt.Min.ToTimeSpan() : null;

    /// <summary>The connection has ended.</summary>
    public bool IsClosed => _closedReason is not null;

    internal Connection Connection { get; }

    internal NodeHost Host => _host;

    /// <summary>Limits what leaves for this peer, from now on.</summary>
    /// <param name="bytesPerSecond">0 for no limit.</param>
    public void SetRateLimit(long bytesPerSecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        _host.Loop.Post(now => Connection.SetRateLimit(now, bytesPerSecond));
    }

    /// <summary>One reading of the connection's counters.</summary>
    public PeerStatistics GetStatistics()
    {
        ConnectionCounters counters = Connection.Counters;
        return new PeerStatistics
        {
            PacketsSent = Volatile.Read(ref counters.PacketsSent),
            PacketsReceived = Volatile.Read(ref counters.PacketsReceived),
            AcksSent = Volatile.Read(ref counters.AcksSent),
            PacketsDuplicate = Volatile.Read(ref counters.PacketsDuplicate),
            PacketsNotAuthentic = Volatile.Read(ref counters.PacketsNotAuthentic),
            MessagesSent = Volatile.Read(ref counters.MessagesSent),
            MessagesReceived = Volatile.Read(ref counters.MessagesReceived),
        };
    }

    /// <summary>One round trip over the encrypted connection, as the application sees it.</summary>
    /// <exception cref="FastPathException">ConnectionClosed.</exception>
    public async ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default)
    {
        ulong number = (ulong)Interlocked.Increment(ref _pingNumber);
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pings[number] = done;
        FailIfClosed();
        long start = Stopwatch.GetTimestamp();
        _host.Loop.Post(_ => Connection.QueuePing(number));
        long end = await done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start, end);
    }

    /// <summary>Opens a stream to the peer.</summary>
    /// <param name="metadata">What the peer's application is told with the opening; at most 899 bytes.</param>
    /// <param name="totalLength">Bytes that will be written, when known.</param>
    /// <param name="digest">BLAKE3 of the payload (32 bytes) when known; empty otherwise.</param>
    /// <param name="wantsReports">Ask the final destination to say when the payload was consumed and committed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The digest has another length.</exception>
    /// <exception cref="FastPathException">ConnectionClosed, or LocalResource when the budget has no room for it.</exception>
    public OutgoingStream OpenStream(
        ReadOnlyMemory<byte> metadata = default,
        long? totalLength = null,
        ReadOnlyMemory<byte> digest = default,
        bool wantsReports = false)
    {
        if (!digest.IsEmpty)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, Blake3Hasher.DigestBytes, nameof(digest));
        }

        FailIfClosed();
        var description = new StreamDescription
        {
            TransferId = NodeHost.NewTransaction(),
            TotalLength = totalLength ?? -1,
            Digest = digest,
            WantsDelivery = wantsReports,
            Metadata = NodeHost.WithPurpose(Purpose.Application, metadata.Span),
        };
        return new OutgoingStream(_host.Open([Connection], description));
    }

    /// <inheritdoc/>
    public override string ToString() => Base58.Encode(PublicKey.Span);

    internal void OnPingAcknowledged(ulong number)
    {
        if (_pings.TryRemove(number, out TaskCompletionSource<long>? done))
        {
            done.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Everybody who waits hears it; on the loop thread, or when that has ended.</summary>
    internal void OnClosed(string reason)
    {
        _closedReason = reason;
        var closed = new FastPathException(FastPathError.ConnectionClosed, reason);
        foreach (ulong number in _pings.Keys)
        {
            if (_pings.TryRemove(number, out TaskCompletionSource<long>? ping))
            {
                ping.TrySetException(closed);
            }
        }

        OutgoingMessage[] left = [.. _requests.Values, .. _unacknowledged.Values, .. _waiting];
        _requests.Clear();
        _unacknowledged.Clear();
        _waiting.Clear();
        foreach (OutgoingMessage message in left)
        {
            message.Fail(closed);
        }
    }

    private void FailIfClosed()
    {
        if (_closedReason is { } reason)
        {
            throw new FastPathException(FastPathError.ConnectionClosed, reason);
        }
    }
}
