using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>An offer to a peer as a task: it ends with the peer's answer, or with why there is none.</summary>
internal sealed class OfferedSend : ISendListener
{
    private readonly TaskCompletionSource<OfferOutcome> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StreamDescription _description;
    private SendStream? _stream;

    private OfferedSend(StreamDescription description) => _description = description;

    /// <exception cref="FastPathException">The peer declined, or the connection was lost; nothing was sent.</exception>
    public static async Task<OfferOutcome> RunAsync(
        EngineLoop loop, Connection connection, StreamDescription description, CancellationToken cancellationToken)
    {
        var offered = new OfferedSend(description);
        loop.Post(now => offered._stream = connection.Streams.Offer(now, description, offered));
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            _ => loop.Post(_ => connection.Streams.Reset(offered._stream!, StreamErrorCode.Cancelled)), null);
        OfferOutcome outcome = await offered._answer.Task.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return outcome;
    }

    void ISendListener.OnAccepted(SendStream stream, Instant now) =>
        _answer.TrySetResult(new OfferOutcome(stream, stream.AcceptedFrom));

    void ISendListener.OnAcknowledged(SendStream stream)
    {
    }

    void ISendListener.OnSendEnded(SendStream stream, StreamErrorCode code)
    {
        if (stream.IsHeldAlready)
        {
            _answer.TrySetResult(new OfferOutcome(stream, From: -1));
        }
        else
        {
            _answer.TrySetException(StreamFailures.Create(
                code, TransferFailure.Of(stream, _description), "the offer was not taken: "));
        }
    }
}
