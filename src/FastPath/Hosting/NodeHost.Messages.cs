using System.Buffers;
using System.Buffers.Binary;
using FastPath.Diagnostics;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Streams;

namespace FastPath.Hosting;

/// <summary>Messages of the application: short ones in a MESSAGE frame, longer ones on a stream of kind "whole".</summary>
internal sealed partial class NodeHost
{
    public const int RequestNumberLength = sizeof(ulong);

    // Purpose and number come first.
    private const int RequestBodyAt = 1 + RequestNumberLength;

    public void OnMessage(Connection from, Purpose purpose, PooledBytes message)
    {
        FastPathPeer peer = PeerOf(from);
        int length = message.Length;
        if (purpose is not (Purpose.Application or Purpose.NetMessage))
        {
            Dispatch(peer, purpose, message);
            from.OnMessageConsumed(length);
            return;
        }

        // Whoever takes these keeps them.
        byte[] bytes = message.Span[1..].ToArray();
        message.Return();
        if (purpose == Purpose.NetMessage)
        {
            Legacy.Take(from, bytes);
            from.OnMessageConsumed(length);
            return;
        }

        Deliver(peer, bytes, length);
    }

    /// <summary>Taken by the application, it returns its credit then: a slow reader slows the sender down.</summary>
    private void Deliver(FastPathPeer peer, byte[] bytes, int length)
    {
        var incoming = new IncomingMessage(peer, bytes, () => ReturnCredit(peer.Connection, length));
        if (!_messages.Writer.TryWrite(incoming))
        {
            _ = WriteLaterAsync(incoming);
        }
    }

    private async Task TakeWholeAsync(Purpose purpose, StreamHandle stream)
    {
        using StreamHandle owned = stream;
        try
        {
            bool isContract = purpose == Purpose.NetMessage;
            using PooledPayload payload = await stream.ReadAllAsync(
                isContract ? _options.WholeMessageBytesMax : _options.MessageBytesMax).ConfigureAwait(false);
            if (isContract)
            {
                Legacy.Take(stream.Stream.Connection, payload.Sequence.ToArray());
                return;
            }

            FastPathPeer peer = PeerOf(stream.Stream.Connection);
            if (purpose == Purpose.Application)
            {
                await WriteLaterAsync(new IncomingMessage(peer, payload.Sequence.ToArray(), null)).ConfigureAwait(false);
                return;
            }

            // Who waits for an answer is looked up where everything of a peer is: on the loop thread.
            PooledBytes message = AsMessage(purpose, stream.Metadata.Span, payload);
            Loop.Post(_ => Dispatch(peer, purpose, message));
        }
        catch (FastPathException e)
        {
            // The sender hears of it by its stream, unless all of that was acknowledged before.
            EndRequest(purpose, stream, e);
        }
    }

    /// <summary>A request or an answer came and cannot be taken: whoever waits for the answer, there or here, is told.</summary>
    private void EndRequest(Purpose purpose, StreamHandle stream, FastPathException failure)
    {
        if (purpose is not (Purpose.ApplicationRequest or Purpose.ApplicationResponse) || stream.Metadata.Length < RequestNumberLength)
        {
            return;
        }

        ulong number = BinaryPrimitives.ReadUInt64BigEndian(stream.Metadata.Span);
        FastPathPeer peer = PeerOf(stream.Stream.Connection);
        if (purpose == Purpose.ApplicationRequest)
        {
            peer.Refuse(number);
        }
        else
        {
            Loop.Post(_ => peer.OnRequestFailed(number, failure));
        }
    }

    private async Task WriteLaterAsync(IncomingMessage message)
    {
        try
        {
            await _messages.Writer.WriteAsync(message).ConfigureAwait(false);
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            // The node is shutting down.
        }
    }

    /// <summary>What came on a stream, laid out as if it had come in a packet.</summary>
    private static PooledBytes AsMessage(Purpose purpose, ReadOnlySpan<byte> header, PooledPayload body)
    {
        PooledBytes message = PooledBytes.Rent(checked((int)(1 + header.Length + body.Length)));
        message.Span[0] = (byte)purpose;
        header.CopyTo(message.Span[1..]);
        body.Sequence.CopyTo(message.Span[(1 + header.Length)..]);
        return message;
    }

    /// <param name="message">Given back when it is answered, or has reached who waits for it.</param>
    private void Dispatch(FastPathPeer peer, Purpose purpose, PooledBytes message)
    {
        if (message.Length < RequestBodyAt)
        {
            message.Return();
            return;
        }

        ulong number = BinaryPrimitives.ReadUInt64BigEndian(message.Span[1..]);
        if (purpose == Purpose.ApplicationRequest)
        {
            if (_options.UnsafeInlineContinuations)
            {
                Answer(peer, number, message);
            }
            else
            {
                IncomingRequest.Queue(this, peer, number, message);
            }

            return;
        }

        if (purpose == Purpose.ApplicationResponse)
        {
            peer.OnResponse(number, message.Span[RequestBodyAt..]);
        }
        else
        {
            peer.OnRequestFailed(number, new FastPathException(
                FastPathError.Refused, "the peer answers no requests, or could not answer this one"));
        }

        message.Return();
    }

    /// <summary>Asks the application's handler and sends what it says; then the request's bytes go back to the pool.</summary>
    public void Answer(FastPathPeer peer, ulong number, PooledBytes request)
    {
        if (_options.RequestHandler is not { } handler)
        {
            request.Return();
            peer.Refuse(number);
            return;
        }

        try
        {
            ValueTask<ReadOnlyMemory<byte>> response = handler(peer, request.Memory[RequestBodyAt..], CancellationToken.None);
            if (!response.IsCompletedSuccessfully)
            {
                _ = FinishAsync(peer, number, request, SendLaterAsync(peer, number, response.AsTask()));
                return;
            }

            // It may be the request itself, or a part of it.
            ValueTask sent = peer.AnswerAsync(number, response.Result);
            if (!sent.IsCompletedSuccessfully)
            {
                _ = FinishAsync(peer, number, request, sent.AsTask());
                return;
            }
        }
        catch (Exception e)
        {
            Fail(peer, number, e);
        }

        request.Return();
    }

    private static async Task SendLaterAsync(FastPathPeer peer, ulong number, Task<ReadOnlyMemory<byte>> response) =>
        await peer.AnswerAsync(number, await response.ConfigureAwait(false)).ConfigureAwait(false);

    private async Task FinishAsync(FastPathPeer peer, ulong number, PooledBytes request, Task sent)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(peer, number, e);
        }

        request.Return();
    }

    private void Fail(FastPathPeer peer, ulong number, Exception e)
    {
        peer.Refuse(number);

        // A requester that is gone hears of it by the end of its connection.
        if (e is not FastPathException)
        {
            _logger.RequestHandlerFailed(e);
        }
    }

    private void ReturnCredit(Connection connection, int length) => Loop.Post(_ => connection.OnMessageConsumed(length));
}
