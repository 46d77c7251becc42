using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Streams;

namespace FastPath;

/// <summary>An open, encrypted connection to one peer.</summary>
public sealed class FastPathPeer
{
    private readonly NodeHost _host;
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<long>> _pings = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<ReadOnlyMemory<byte>>> _requests = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource> _unacknowledged = new();
    private volatile TaskCompletionSource _room = NewSource();
    private long _pingNumber;
    private long _requestNumber;
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
    public int MtuBytes => Connection.DatagramBytes;

    /// <summary>The least round trip seen; null before the first sample.</summary>
    public TimeSpan? MinRoundTrip => Connection.Rtt.HasSample ? Connection.Rtt.Min.ToTimeSpan() : null;

    /// <summary>The connection has ended.</summary>
    public bool IsClosed => _closedReason is not null;

    internal Connection Connection { get; }

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

    /// <summary>Sends a message; returns when the peer's transport has acknowledged it.</summary>
    /// <exception cref="FastPathException">TooLarge, or ConnectionClosed.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        SendAsync(Purpose.Application, null, message, cancellationToken);

    /// <summary>Sends a request and waits for the answer of the peer's request handler.</summary>
    /// <exception cref="FastPathException">TooLarge, or ConnectionClosed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        ulong number = (ulong)Interlocked.Increment(ref _requestNumber);
        var answer = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[number] = answer;
        try
        {
            FailIfClosed();
            await SendAsync(Purpose.ApplicationRequest, number, request, cancellationToken).ConfigureAwait(false);
            return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _requests.TryRemove(number, out _);
        }
    }

    /// <summary>Opens a stream to the peer.</summary>
    /// <param name="metadata">What the peer's application is told with the opening; at most 899 bytes.</param>
    /// <param name="totalLength">Bytes that will be written, when known.</param>
    /// <param name="digest">BLAKE3 of the payload (32 bytes) when known; empty otherwise.</param>
    /// <param name="wantsReports">Ask the final destination to say when the payload was consumed and committed.</param>
    /// <exception cref="FastPathException">ConnectionClosed, or LocalResource when the budget has no room for it.</exception>
    public OutgoingStream OpenStream(
        ReadOnlyMemory<byte> metadata = default,
        long? totalLength = null,
        ReadOnlyMemory<byte> digest = default,
        bool wantsReports = false)
    {
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

    internal async ValueTask SendAsync(
        Purpose purpose, ulong? number, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        if (message.Length > _host.MessageBytesMax)
        {
            throw new FastPathException(
                FastPathError.TooLarge, $"a message of {message.Length} bytes is longer than {_host.MessageBytesMax}; open a stream for it");
        }

        byte[] header = new byte[number is null ? 0 : NodeHost.RequestNumberLength];
        if (number is { } value)
        {
            BinaryPrimitives.WriteUInt64BigEndian(header, value);
        }

        if (1 + header.Length + message.Length <= Connection.MessageBytesMax)
        {
            await SendShortAsync([(byte)purpose, .. header, .. message.Span], cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await SendWholeAsync(purpose, header, message, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends a MESSAGE payload, its purpose included; returns when the peer has acknowledged it.</summary>
    internal async ValueTask SendShortAsync(byte[] message, CancellationToken cancellationToken)
    {
        var acknowledged = NewSource();
        while (true)
        {
            Task room = _room.Task;
            FailIfClosed();
            var queued = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _host.Loop.Post(_ => queued.SetResult(TryQueue(message, acknowledged)));
            if (await queued.Task.WaitAsync(cancellationToken).ConfigureAwait(false))
            {
                await acknowledged.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
                return;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal void OnPingAcknowledged(ulong number)
    {
        if (_pings.TryRemove(number, out TaskCompletionSource<long>? done))
        {
            done.TrySetResult(Stopwatch.GetTimestamp());
        }
    }

    internal void OnMessageAcknowledged(ulong sequence)
    {
        if (_unacknowledged.TryRemove(sequence, out TaskCompletionSource? done))
        {
            done.TrySetResult();
        }

        Interlocked.Exchange(ref _room!, NewSource()).TrySetResult();
    }

    internal void OnResponse(ulong number, ReadOnlyMemory<byte> body)
    {
        if (_requests.TryGetValue(number, out TaskCompletionSource<ReadOnlyMemory<byte>>? answer))
        {
            answer.TrySetResult(body);
        }
    }

    internal void OnClosed(string reason)
    {
        _closedReason = reason;
        var closed = new FastPathException(FastPathError.ConnectionClosed, reason);
        FailAll(_pings, closed);
        FailAll(_requests, closed);
        foreach (ulong sequence in _unacknowledged.Keys)
        {
            if (_unacknowledged.TryRemove(sequence, out TaskCompletionSource? done))
            {
                done.TrySetException(closed);
            }
        }

        _room.TrySetException(closed);
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static void FailAll<T>(ConcurrentDictionary<ulong, TaskCompletionSource<T>> waiting, FastPathException closed)
    {
        foreach (ulong number in waiting.Keys)
        {
            if (waiting.TryRemove(number, out TaskCompletionSource<T>? done))
            {
                done.TrySetException(closed);
            }
        }
    }

    private bool TryQueue(byte[] message, TaskCompletionSource acknowledged)
    {
        if (_closedReason is { } reason)
        {
            acknowledged.TrySetException(new FastPathException(FastPathError.ConnectionClosed, reason));
            return true;
        }

        if (!Connection.TryQueueMessage(message, out ulong sequence))
        {
            return false;
        }

        _unacknowledged[sequence] = acknowledged;
        return true;
    }

    private async ValueTask SendWholeAsync(
        Purpose purpose, byte[] header, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        FailIfClosed();
        var description = new StreamDescription
        {
            Kind = StreamKind.Whole,
            TransferId = NodeHost.NewTransaction(),
            TotalLength = message.Length,
            Metadata = NodeHost.WithPurpose(purpose, header),
        };
        await using var stream = new OutgoingStream(_host.Open([Connection], description));
        await stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
        await stream.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private void FailIfClosed()
    {
        if (_closedReason is { } reason)
        {
            throw new FastPathException(FastPathError.ConnectionClosed, reason);
        }
    }
}
