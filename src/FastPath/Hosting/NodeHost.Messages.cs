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

    public void OnMessage(Connection from, Purpose purpose, ReadOnlyMemory<byte> message)
    {
        FastPathPeer peer = PeerOf(from);
        if (purpose == Purpose.Application)
        {
            // Taken by the application, it returns its credit then: a slow reader slows the sender down.
            int length = message.Length;
            var incoming = new IncomingMessage(peer, message[1..], () => ReturnCredit(from, length));
            if (!_messages.Writer.TryWrite(incoming))
            {
                _ = WriteLaterAsync(incoming);
            }

            return;
        }

        if (purpose == Purpose.NetMessage)
        {
            Legacy.Take(from, message[1..]);
        }
        else
        {
            Dispatch(peer, purpose, message[1..]);
        }

        from.OnMessageConsumed(message.Length);
    }

    private async Task TakeWholeAsync(Purpose purpose, StreamHandle stream)
    {
        using StreamHandle owned = stream;
        try
        {
            bool isContract = purpose == Purpose.NetMessage;
            using PooledPayload payload = await stream.ReadAllAsync(
                isContract ? _options.WholeMessageBytesMax : _options.MessageBytesMax).ConfigureAwait(false);
            byte[] bytes = payload.Sequence.ToArray();
            if (isContract)
            {
                Legacy.Take(stream.Stream.Connection, bytes);
                return;
            }

            FastPathPeer peer = PeerOf(stream.Stream.Connection);
            if (purpose == Purpose.Application)
            {
                await WriteLaterAsync(new IncomingMessage(peer, bytes, null)).ConfigureAwait(false);
                return;
            }

            // Who waits for an answer is looked up where everything of a peer is: on the loop thread.
            byte[] withNumber = [.. stream.Metadata.Span, .. bytes];
            Loop.Post(_ => Dispatch(peer, purpose, withNumber));
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

    private void Dispatch(FastPathPeer peer, Purpose purpose, ReadOnlyMemory<byte> numbered)
    {
        if (numbered.Length < RequestNumberLength)
        {
            return;
        }

        ulong number = BinaryPrimitives.ReadUInt64BigEndian(numbered.Span);
        ReadOnlyMemory<byte> body = numbered[RequestNumberLength..];
        if (purpose == Purpose.ApplicationResponse)
        {
            peer.OnResponse(number, body);
        }
        else if (purpose == Purpose.ApplicationFailure)
        {
            peer.OnRequestFailed(number, new FastPathException(
                FastPathError.Refused, "the peer answers no requests, or could not answer this one"));
        }
        else
        {
            var incoming = new IncomingRequest(this, peer, number, body);
            if (_options.UnsafeInlineContinuations)
            {
                incoming.Execute();
            }
            else
            {
                ThreadPool.UnsafeQueueUserWorkItem(incoming, preferLocal: false);
            }
        }
    }

    /// <summary>Asks the application's handler and sends what it says.</summary>
    public void Answer(FastPathPeer peer, ulong number, ReadOnlyMemory<byte> request)
    {
        if (_options.RequestHandler is not { } handler)
        {
            peer.Refuse(number);
            return;
        }

        try
        {
            ValueTask<ReadOnlyMemory<byte>> response = handler(peer, request, CancellationToken.None);
            if (!response.IsCompletedSuccessfully)
            {
                _ = AnswerLaterAsync(peer, number, response.AsTask());
                return;
            }

            ValueTask sent = peer.AnswerAsync(number, response.Result);
            if (!sent.IsCompletedSuccessfully)
            {
                _ = ObserveAsync(peer, number, sent.AsTask());
            }
        }
        catch (Exception e)
        {
            Fail(peer, number, e);
        }
    }

    private async Task AnswerLaterAsync(FastPathPeer peer, ulong number, Task<ReadOnlyMemory<byte>> response)
    {
        try
        {
            await peer.AnswerAsync(number, await response.ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(peer, number, e);
        }
    }

    private async Task ObserveAsync(FastPathPeer peer, ulong number, Task sent)
    {
        try
        {
            await sent.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(peer, number, e);
        }
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
