using System.Buffers.Binary;
using FastPath.Hosting;
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
