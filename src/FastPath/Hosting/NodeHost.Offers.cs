using FastPath.Contracts;
using FastPath.Diagnostics;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Hosting;

/// <summary>Offers of peers: the application's are answered by its handler, those of contracts by what the node has of them.</summary>
internal sealed partial class NodeHost
{
    /// <summary>Offers a payload to a peer that answers offers; smaller ones, and those of other peers, are sent from the start.</summary>
    /// <param name="to">The next hop.</param>
    /// <param name="description">With length and digest.</param>
    /// <exception cref="FastPathException">The peer declined, or the connection was lost; nothing was sent.</exception>
    public async Task<PayloadOpening> OfferAsync(
        Connection to, StreamDescription description, CancellationToken cancellationToken)
    {
        if (description.TotalLength < _options.OfferBytesMin || !to.Streams.CanOffer)
        {
            return new PayloadOpening(description, Accepted: null, IsHeld: false);
        }

        OfferOutcome outcome = await OfferedSend.RunAsync(Loop, to, description, cancellationToken).ConfigureAwait(false);
        return outcome.IsHeld
            ? new PayloadOpening(description, outcome.Stream, IsHeld: true)
            : new PayloadOpening(description with { StartOffset = outcome.From }, outcome.Stream, IsHeld: false);
    }

    /// <exception cref="FastPathException">LocalResource: the budget has no room for it; the receiver is told.</exception>
    public RingWriter CreateWriter(Connection to, PayloadOpening opening)
    {
        try
        {
            return RingWriter.Create(Loop, Core.Endpoint.Pool, [to], opening.Description, SendWindowForNext);
        }
        catch (FastPathException) when (opening.Accepted is { } accepted)
        {
            Loop.Post(_ => to.Streams.Reset(accepted, StreamErrorCode.NoBuffers));
            throw;
        }
    }

    public void OnOffered(StreamOffer offer)
    {
        if (_options.OfferHandler is { } handler)
        {
            _ = Task.Run(() => DecideAsync(handler, offer));
        }
        else
        {
            Answer(offer, OfferAnswer.Accept());
        }
    }

    public void OnPutOffered(PutHeader header, StreamOffer offer)
    {
        if (Store is null && !header.IsUpdate)
        {
            offer.Connection.Streams.Decline(offer, StreamErrorCode.Unsupported);
            Core.Puts.HandleOfferEnded(header.Transaction);
            return;
        }

        if (header.IsUpdate)
        {
            // What is kept is the outcome of updates, not the updates: each is taken and judged.
            Answer(offer, OfferAnswer.Accept(), header);
            return;
        }

        StoreWork.Start(() => Answer(offer, Decide(header.Contract, offer), header));
    }

    private async Task DecideAsync(Func<IncomingOffer, CancellationToken, ValueTask<OfferAnswer>> handler, StreamOffer offer)
    {
        OfferAnswer answer = OfferAnswer.Declined;
        try
        {
            answer = await handler(new IncomingOffer(PeerOf(offer.Connection), offer), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _logger.OfferHandlerFailed(e);
        }

        Answer(offer, answer);
    }

    private void Answer(StreamOffer offer, OfferAnswer answer, PutHeader? header = null) => Loop.Post(now =>
    {
        StreamTable streams = offer.Connection.Streams;
        switch (answer.Kind)
        {
            case OfferAnswerKind.Accepted:
                if (!streams.Accept(now, offer, Math.Clamp(answer.From, 0, offer.Description.TotalLength)) && header is not null)
                {
                    Core.Puts.HandleOfferEnded(header.Transaction);
                }

                break;
            case OfferAnswerKind.Held:
                streams.Have(offer);
                if (header is not null)
                {
                    Core.Puts.HandleHeld(now, header, offer.Connection);
                }

                break;
            default:
                streams.Decline(offer, answer.Code);
                break;
        }
    });

    /// <summary>Has it, has the beginning of it, or wants all of it.</summary>
    private OfferAnswer Decide(ContractOutline contract, StreamOffer offer)
    {
        try
        {
            if (Holds(contract, offer.Description.Digest))
            {
                return OfferAnswer.Held;
            }

            // Opened and closed: whoever takes the stream opens it again. Another transfer may be quicker; then this one
            // ends, and its sender offers again.
            using TransferJournal? journal = JournalOf(offer.Description.Digest);
            return OfferAnswer.Accept(journal?.Record is { } record && record.TotalLength == offer.Description.TotalLength ? record.Bytes : 0);
        }
        catch (Exception e)
        {
            // Taken anew: what cannot be read is of no use.
            _logger.StoreUnusable(contract.Key.ToString(), e.Message);
            return OfferAnswer.Accept();
        }
    }

    /// <summary>Only what has the same key and lengths is read for its digest: it is the same, almost for sure.</summary>
    private bool Holds(ContractOutline contract, ReadOnlyMemory<byte> digest)
    {
        using StoredContract? entry = Store!.TryOpen(contract.Key.Instance);
        if (entry is null
            || entry.Key != contract.Key
            || entry.Code.Length != contract.CodeLength
            || entry.Parameters.Length != contract.ParametersLength
            || entry.State?.Length != contract.StateLength
            || entry.StateVersion < contract.StateVersion)
        {
            return false;
        }

        using var stored = new StoredPayload(entry);
        return ContractPayload.Create(stored.Container, stored.State, contract.Form, withProofs: false, CancellationToken.None)
            .Digest.Span.SequenceEqual(digest.Span);
    }

    private TransferJournal? JournalOf(ReadOnlyMemory<byte> digest) =>
        _options.PartialFolder is { } folder && !digest.IsEmpty
            ? TransferJournal.TryOpen(folder, Base58.Encode(digest.Span))
            : null;
}
