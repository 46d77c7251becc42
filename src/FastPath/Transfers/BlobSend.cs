using FastPath.Contracts;
using FastPath.Hosting;
using FastPath.Options;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Streams;

namespace FastPath.Transfers;

/// <summary>Sends a payload that can be replayed: each attempt offers it, and the receiver names the byte to go on from.</summary>
internal sealed class BlobSend(
    NodeHost host, FastPathOptions options, PeerEndpoint peer, IBody body, PayloadProof proof, SendOptions send)
{
    private readonly RetrySchedule _retries = new(send.Retry ?? options.Retry);
    private readonly StreamDescription _description = new()
    {
        TransferId = NodeHost.NewTransaction(),
        WantsDelivery = send.WaitFor > TransferLevel.Acknowledged,
        Metadata = NodeHost.WithPurpose(Purpose.Application, send.Metadata.Span),
    };

    private long _bytesSent;
    private long _furthest;
    private long _resumedFrom = -1;

    /// <exception cref="FastPathException">Refused, TooLarge, Corrupt, or why the last attempt failed.</exception>
    public async Task<SendReport> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                bool wasHeld = await AttemptAsync(cancellationToken).ConfigureAwait(false);
                return new SendReport(
                    _description.TransferId, body.Length, _bytesSent, wasHeld, Math.Max(0, _resumedFrom), _retries.Retries);
            }
            catch (FastPathException e) when (_retries.TryNext(e.Error, _furthest, out TimeSpan pause))
            {
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <returns>Whether the receiver had all of it.</returns>
    private async Task<bool> AttemptAsync(CancellationToken cancellationToken)
    {
        FastPathPeer connected = await host.DialAsync(peer).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_description.WantsDelivery && (connected.Connection.Session.Capabilities & Capabilities.DeliveryReports) == 0)
        {
            throw new FastPathException(FastPathError.Refused, "the peer sends no reports of what becomes of a payload");
        }

        PayloadOpening opening = await host.OfferAsync(
            connected.Connection,
            proof.Describe(body, _description, host.SendsProofsTo(connected.Connection)),
            cancellationToken).ConfigureAwait(false);
        if (opening.IsHeld)
        {
            return true;
        }

        using RingWriter writer = host.CreateWriter(connected.Connection, opening);
        _resumedFrom = _resumedFrom < 0 ? opening.Description.StartOffset : _resumedFrom;
        host.Loop.Post(now => writer.Begin(now, opening.Accepted));
        try
        {
            IBody carried = proof.BodyOf(body, opening.Description);
            await NodeHost.PumpAsync(writer, carried, opening.Description.StartOffset, cancellationToken).ConfigureAwait(false);
            await writer.LevelWaits.WaitAsync(send.WaitFor).WaitAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }
        finally
        {
            if (writer.Targets is [{ } stream, ..])
            {
                _bytesSent += stream.PayloadBytesSent;
                _furthest = Math.Max(_furthest, stream.AcknowledgedTo);
            }
        }
    }
}
