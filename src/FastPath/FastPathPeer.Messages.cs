using System.Buffers.Binary;
using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Streams;

namespace FastPath;

/// <summary>Messages and requests: short ones in a packet, longer ones on a stream of their own.</summary>
public sealed partial class FastPathPeer
{
    // Of the loop thread.
    private readonly Dictionary<ulong, OutgoingMessage> _requests = [];
    private readonly Dictionary<ulong, OutgoingMessage> _unacknowledged = [];
    private readonly Queue<OutgoingMessage> _waiting = new();
    private long _requestNumber;

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

    /// <summary>Sends a request and waits for the answer of the peer's request handler, which comes in an array of its own.</summary>
    /// <exception cref="FastPathException">Refused: the peer has no handler, or it failed. TooLarge, or ConnectionClosed.</exception>
    public ValueTask<ReadOnlyMemory<byte>> RequestAsync(
        ReadOnlyMemory<byte> request, CancellationToken cancellationToken = default)
    {
        OutgoingMessage sending = PostRequest(request, null, out bool isShort, cancellationToken);
        var answer = new ValueTask<ReadOnlyMemory<byte>>(sending, sending.Version);
        return isShort ? answer : RequestWholeAsync(sending.Number, request, answer, cancellationToken);
    }

    /// <summary>The same into the caller's memory, without an allocation.</summary>
    /// <param name="request">Copied before this returns when it fits a packet; else read until the task has ended.</param>
    /// <param name="answer">Written to until the task has ended.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Bytes of the answer.</returns>
    /// <exception cref="FastPathException">
    /// As above; also TooLarge when the answer does not fit the memory for it: it is lost then.
    /// </exception>
    public ValueTask<int> RequestAsync(
        ReadOnlyMemory<byte> request, Memory<byte> answer, CancellationToken cancellationToken = default)
    {
        OutgoingMessage sending = PostRequest(request, answer, out bool isShort, cancellationToken);
        var length = new ValueTask<int>(sending, sending.Version);
        return isShort ? length : RequestWholeAsync(sending.Number, request, length, cancellationToken);
    }

    /// <summary>Sends what fits a packet; returns when the peer's transport has acknowledged it.</summary>
    /// <exception cref="FastPathException">ConnectionClosed.</exception>
    internal ValueTask SendShortAsync(Purpose purpose, ReadOnlySpan<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        FailIfClosed();
        OutgoingMessage sending = Rent(MessageKind.Message, 0, Write(purpose, null, bytes));
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
        PostAnswer(Purpose.ApplicationResponse, number, answer.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Says that a request gets no answer; nobody waits for it. An old node does not know the word.</summary>
    internal void Refuse(ulong number)
    {
        if (!IsClosed && !Connection.Session.IsWithOldNode)
        {
            PostAnswer(Purpose.ApplicationFailure, number, default);
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
        else if (message.IsEmpty)
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

    internal void OnMessageAcknowledged(ulong sequence)
    {
        if (_unacknowledged.Remove(sequence, out OutgoingMessage? sent))
        {
            sent.Complete();
        }

        while (_waiting.TryPeek(out OutgoingMessage? next) && (next.IsDone || TryQueue(next)))
        {
            _waiting.Dequeue();
        }
    }

    internal void OnResponse(ulong number, ReadOnlySpan<byte> body)
    {
        if (_requests.Remove(number, out OutgoingMessage? request))
        {
            request.Complete(body);
        }
    }

    /// <summary>The peer says that there is no answer, or it cannot be taken; on the loop thread.</summary>
    internal void OnRequestFailed(ulong number, FastPathException failure)
    {
        if (_requests.Remove(number, out OutgoingMessage? request))
        {
            request.Fail(failure);
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

    private void PostAnswer(Purpose purpose, ulong number, ReadOnlySpan<byte> bytes) =>
        Rent(MessageKind.Answer, number, Write(purpose, number, bytes)).Post(_host.Loop, CancellationToken.None);

    private OutgoingMessage Rent(MessageKind kind, ulong number, PooledBytes bytes, Memory<byte>? answer = null)
    {
        OutgoingMessage message = _host.MessagePool.Rent();
        message.Begin(this, kind, number, bytes, answer);
        return message;
    }

    private static PooledBytes Write(Purpose purpose, ulong? number, ReadOnlySpan<byte> bytes)
    {
        int numberLength = number is null ? 0 : NodeHost.RequestNumberLength;
        PooledBytes message = PooledBytes.Rent(1 + numberLength + bytes.Length);
        message.Span[0] = (byte)purpose;
        if (number is { } value)
        {
            BinaryPrimitives.WriteUInt64BigEndian(message.Span[1..], value);
        }

        bytes.CopyTo(message.Span[(1 + numberLength)..]);
        return message;
    }

    private bool TryQueue(OutgoingMessage message)
    {
        if (!message.TryQueue(Connection, out ulong sequence))
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
                message.Complete();
                break;
        }

        return true;
    }

    /// <summary>On its way when this returns; a longer one only says here that it waits for its answer, and travels as a stream.</summary>
    private OutgoingMessage PostRequest(
        ReadOnlyMemory<byte> request, Memory<byte>? answer, out bool isShort, CancellationToken cancellationToken)
    {
        ThrowIfTooLarge(request.Length);
        cancellationToken.ThrowIfCancellationRequested();
        FailIfClosed();
        ulong number = (ulong)Interlocked.Increment(ref _requestNumber);
        isShort = FitsPacket(request.Length, NodeHost.RequestNumberLength);
        PooledBytes bytes = isShort ? Write(Purpose.ApplicationRequest, number, request.Span) : default;
        OutgoingMessage sending = Rent(MessageKind.Request, number, bytes, answer);
        sending.Post(_host.Loop, cancellationToken);
        return sending;
    }

    private async ValueTask<T> RequestWholeAsync<T>(
        ulong number, ReadOnlyMemory<byte> request, ValueTask<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            await SendWholeAsync(Purpose.ApplicationRequest, NumberOf(number), request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Awaited all the same: what waits for an answer holds on to the caller's token.
            _host.Loop.Post(_ =>
            {
                if (_requests.Remove(number, out OutgoingMessage? request))
                {
                    request.Fail(e);
                }
            });
            await answer.ConfigureAwait(false);
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
}
