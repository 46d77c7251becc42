using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Diagnostics;
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
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<long>> _pings = new(concurrencyLevel: 1, capacity: 3);

    // Of the loop thread.
    private readonly Dictionary<ulong, OutgoingMessage> _requests = [];
    private readonly Dictionary<ulong, OutgoingMessage> _unacknowledged = [];
    private readonly Queue<OutgoingMessage> _waiting = new();
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

    /// <summary>Sends a message; returns when the peer's transport has acknowledged it.</summary>
    /// <exception cref="FastPathException">TooLarge, or ConnectionClosed.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ThrowIfTooLarge(message.Length);
        if (!FitsPacket(message.Length, 0))
        {
            return SendWholeAsync(Purpose.Application, [], message, cancellationToken);
        }

        return SendShortAsync(Purpose.Application, message.Span, cancellationToken);
    }

    /// <summary>Sends a request and waits for the answer of the peer's request handler.</summary>
    /// <exception cref="FastPathException">Refused: the peer has no handler, or it failed. TooLarge, or ConnectionClosed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        ThrowIfTooLarge(request.Length);
        cancellationToken.ThrowIfCancellationRequested();
        FailIfClosed();
        ulong number = (ulong)Interlocked.Increment(ref _requestNumber);
        bool isShort = FitsPacket(request.Length, NodeHost.RequestNumberLength);
        OutgoingMessage sending = isShort
            ? Write(MessageKind.Request, Purpose.ApplicationRequest, number, request.Span)
            : _host.MessagePool.Rent();
        if (!isShort)
        {
            // Only the answer is waited for here: the request travels as a stream.
            sending.Begin(this, MessageKind.Request, number, 0);
        }

        var answer = new ValueTask<ReadOnlyMemory<byte>>(sending, sending.Version);
        sending.Post(_host.Loop, cancellationToken);
        return isShort ? answer : RequestWholeAsync(number, request, answer, cancellationToken);
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

    /// <summary>Sends what fits a packet; returns when the peer's transport has acknowledged it.</summary>
    /// <exception cref="FastPathException">ConnectionClosed.</exception>
    internal ValueTask SendShortAsync(Purpose purpose, ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FailIfClosed();
        OutgoingMessage sending = Write(MessageKind.Message, purpose, 0, bytes);
        var done = new ValueTask(sending, sending.Version);
        sending.Post(_host.Loop, cancellationToken);
        return done;
    }

    /// <summary>Sends the answer to a request; nobody waits for it.</summary>
    /// <exception cref="FastPathException">TooLarge, or ConnectionClosed.</exception>
    internal ValueTask AnswerAsync(ulong number, ReadOnlyMemory<byte> answer)
    {
        ThrowIfTooLarge(answer.Length);
        if (!FitsPacket(answer.Length, NodeHost.RequestNumberLength))
        {
            return SendWholeAsync(Purpose.ApplicationResponse, NumberOf(number), answer, CancellationToken.None);
        }

        FailIfClosed();
        Write(MessageKind.Answer, Purpose.ApplicationResponse, number, answer.Span).Post(_host.Loop, CancellationToken.None);
        return ValueTask.CompletedTask;
    }

    /// <summary>Says that a request gets no answer; nobody waits for it. An old node does not know the word.</summary>
    internal void Refuse(ulong number)
    {
        if (!IsClosed && !Connection.Session.IsWithOldNode)
        {
            Write(MessageKind.Answer, Purpose.ApplicationFailure, number, default).Post(_host.Loop, CancellationToken.None);
        }
    }

    /// <summary>Gives a message to the connection, or keeps it until there is room; on the loop thread.</summary>
    internal void Send(OutgoingMessage message)
    {
        if (message.IsDone)
        {
            return;
        }

        if (_closedReason is { } reason)
        {
            message.Fail(new FastPathException(FastPathError.ConnectionClosed, reason));
        }
        else if (message.Bytes.IsEmpty)
        {
            _requests.Add(message.Number, message);
        }
        else if (_waiting.Count > 0 || !TryQueue(message))
        {
            _waiting.Enqueue(message);
        }
    }

    /// <summary>Whoever waits for it does so no longer; on the loop thread.</summary>
    internal void GiveUp(OutgoingMessage message, short version)
    {
        ulong number = message.Number;
        if (message.Cancel(version))
        {
            _requests.Remove(number);
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
        if (_unacknowledged.Remove(sequence, out OutgoingMessage? sent))
        {
            sent.Complete(default);
        }

        while (_waiting.TryPeek(out OutgoingMessage? next) && (next.IsDone || TryQueue(next)))
        {
            _waiting.Dequeue();
        }
    }

    internal void OnResponse(ulong number, ReadOnlyMemory<byte> body)
    {
        if (_requests.Remove(number, out OutgoingMessage? request))
        {
            request.Complete(body);
        }
    }

    /// <summary>Everybody who waits hears it; on the loop thread, or when that has ended.</summary>
    internal void OnRequestFailed(ulong number, FastPathException failure)
    {
        if (_requests.Remove(number, out OutgoingMessage? request))
        {
            request.Fail(failure);
        }
    }

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

    /// <summary>Big-endian.</summary>
    private static byte[] NumberOf(ulong number) =>
        BitConverter.GetBytes(BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number);

    private bool FitsPacket(int length, int numberLength) => 1 + numberLength + length <= Connection.MessageBytesMax;

    private void ThrowIfTooLarge(int length)
    {
        if (length > _host.MessageBytesMax)
        {
            throw new FastPathException(
                FastPathError.TooLarge, $"a message of {length} bytes is longer than {_host.MessageBytesMax}; open a stream for it");
        }
    }

    private OutgoingMessage Write(MessageKind kind, Purpose purpose, ulong number, ReadOnlySpan<byte> bytes)
    {
        int numberLength = kind == MessageKind.Message ? 0 : NodeHost.RequestNumberLength;
        OutgoingMessage message = _host.MessagePool.Rent();
        Span<byte> space = message.Begin(this, kind, number, 1 + numberLength + bytes.Length);
        space[0] = (byte)purpose;
        if (numberLength > 0)
        {
            BinaryPrimitives.WriteUInt64BigEndian(space[1..], number);
        }

        bytes.CopyTo(space[(1 + numberLength)..]);
        return message;
    }

    private bool TryQueue(OutgoingMessage message)
    {
        if (!Connection.TryQueueMessage(message.Bytes, out ulong sequence))
        {
            return false;
        }

        switch (message.Kind)
        {
            case MessageKind.Request:
                _requests.Add(message.Number, message);
                break;
            case MessageKind.Message:
                _unacknowledged.Add(sequence, message);
                break;
            default:
                message.Complete(default);
                break;
        }

        return true;
    }

    private async ValueTask<ReadOnlyMemory<byte>> RequestWholeAsync(
        ulong number, ReadOnlyMemory<byte> request, ValueTask<ReadOnlyMemory<byte>> answer, CancellationToken cancellationToken)
    {
        try
        {
            await SendWholeAsync(Purpose.ApplicationRequest, NumberOf(number), request, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _host.Loop.Post(_ => _requests.Remove(number));
            throw;
        }

        return await answer.ConfigureAwait(false);
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
