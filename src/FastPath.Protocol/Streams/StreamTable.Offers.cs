using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Handshakes;
using FastPath.Protocol.Time;
using FastPath.Serialization.Hashing;

namespace FastPath.Protocol.Streams;

/// <summary>Streams that are offered before they are sent, and reports of what became of those that were.</summary>
internal sealed partial class StreamTable
{
    private readonly Dictionary<ulong, SendStream> _awaitingReports = [];

    /// <summary>The peer answers offers.</summary>
    public bool CanOffer => Has(Capabilities.Offers);

    /// <summary>Streams of the peer that wait for an answer.</summary>
    public int OffersCount => _offers.Count;

    /// <summary>Finished streams whose destination may still report.</summary>
    public int ReportsAwaitedCount => _awaitingReports.Count;

    /// <summary>Offers a stream: no byte leaves, and no memory is needed, until the receiver has accepted.</summary>
    /// <param name="description">With length and digest: what has neither cannot be offered (decision D3).</param>
    /// <param name="listener">Told of the answer: OnAccepted, or the end (None: the receiver has it already).</param>
    public SendStream Offer(Instant now, StreamDescription description, ISendListener listener, int hopsFromSink = 1)
    {
        if (!CanOffer || description.TotalLength < 0 || description.Digest.IsEmpty)
        {
            throw new InvalidOperationException("An offer needs a peer that answers it, a length and a digest.");
        }

        var stream = new SendStream(_connection, Understood(description) with { IsOffer = true }, listener)
        {
            LastProgressAt = now,
            ProgressTimeout = _settings.ProgressTimeoutAt(hopsFromSink),
        };
        Start(stream, now);
        return stream;
    }

    /// <summary>Takes what the peer offers, from an offset on; the stream is then announced like any other.</summary>
    /// <param name="from">Moved down to where a group begins when the stream carries proofs.</param>
    /// <returns>False when it was withdrawn meanwhile, or there is no memory for it.</returns>
    public bool Accept(Instant now, StreamOffer offer, long from)
    {
        long total = offer.Description.TotalLength;
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, total);
        if (!_offers.Remove(offer.Id))
        {
            return false;
        }

        from = offer.Description.CarriesProofs ? VerifiedEncoding.RoundDown(total, from) : from;
        StreamDescription description = offer.Description with { StartOffset = from };
        long capacity = Math.Clamp(description.FinalSize - from, 1, _settings.InitialCreditBytes);
        if (FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, from, capacity) is not { } ring)
        {
            Answer(offer, FrameType.StreamDecline, (long)StreamErrorCode.NoBuffers);
            FinishPeerId(offer.Id);
            return false;
        }

        var stream = new ReceiveStream(_connection, offer.Id, ring, _settings, now);
        stream.TryAnnounce(description);
        _receiving.Add(offer.Id, stream);
        Counters.ReceivesStarted++;
        Counters.OffersAccepted++;
        Answer(offer, FrameType.StreamAccept, from);
        ArmSweep(now);
        _connection.Announce(stream);
        EndIfNothingFollows(stream);

        return true;
    }

    /// <summary>Does not want what the peer offers.</summary>
    public void Decline(StreamOffer offer, StreamErrorCode code)
    {
        if (_offers.Remove(offer.Id))
        {
            Counters.OffersDeclined++;
            Answer(offer, FrameType.StreamDecline, (long)code);
            FinishPeerId(offer.Id);
        }
    }

    /// <summary>Has what the peer offers: none of it need be sent (scenario P9).</summary>
    public void Have(StreamOffer offer)
    {
        if (_offers.Remove(offer.Id))
        {
            Counters.OffersHeld++;
            Answer(offer, FrameType.StreamHave, 0);
            FinishPeerId(offer.Id);
        }
    }

    /// <summary>Tells the sender, if it wants to hear it, how far the payload has got here; each level at most once.</summary>
    public void Report(ReceiveStream stream, DeliveryLevel level)
    {
        if (stream.Description is { WantsDelivery: true }
            && level > stream.ReportedLevel
            && _connection.State == ConnectionState.Established)
        {
            stream.ReportedLevel = level;
            QueueControl(new StreamControl(FrameType.StreamDelivery, stream.Id, StreamErrorCode.None, (long)level));
        }
    }

    /// <summary>Nobody here waits for reports of a finished stream any more.</summary>
    public void IgnoreReports(SendStream stream)
    {
        if (stream.HasId)
        {
            _awaitingReports.Remove(stream.Id);
        }
    }

    public bool TryHandleSignal(Instant now, FrameType type, ref FrameReader reader)
    {
        if (!StreamSignalFrame.TryRead(ref reader, type, out StreamSignalFrame frame) || !IsOwn(frame.StreamId))
        {
            return false;
        }

        if (type == FrameType.StreamDelivery)
        {
            HandleDelivery(in frame);
        }
        else if (_sending.TryGetValue(frame.StreamId, out SendStream? stream) && stream.IsAwaitingAnswer)
        {
            HandleAnswer(now, stream, in frame);
        }

        return true;
    }

    private void HandleAnswer(Instant now, SendStream stream, in StreamSignalFrame frame)
    {
        switch (frame.Type)
        {
            case FrameType.StreamAccept when CanStartAt(stream.Description, (long)frame.Value):
                stream.Accept((long)frame.Value, _settings.InitialCreditBytes, now);
                break;
            case FrameType.StreamAccept:
                Reset(stream, StreamErrorCode.FinalSize);
                break;
            case FrameType.StreamHave:
                stream.EndHeld();
                CountSendEnd(stream, StreamErrorCode.None);
                break;
            default:
                EndSending(stream, CodeOf(frame.Value));
                break;
        }
    }

    private void HandleDelivery(in StreamSignalFrame frame)
    {
        if (!_sending.TryGetValue(frame.StreamId, out SendStream? stream)
            && !_awaitingReports.TryGetValue(frame.StreamId, out stream))
        {
            return;
        }

        if (frame.Value <= (ulong)DeliveryLevel.Committed
            && stream.TryRaise((DeliveryLevel)frame.Value)
            && stream.Level == DeliveryLevel.Committed)
        {
            _awaitingReports.Remove(frame.StreamId);
        }
    }

    private static bool CanStartAt(StreamDescription description, long offset) => description.CarriesProofs
        ? VerifiedEncoding.IsStart(description.TotalLength, offset)
        : offset <= description.TotalLength;

    private void HandleOffer(Instant now, in StreamOpenFrame frame, in StreamExtensions extensions)
    {
        ulong index = StreamId.IndexOf(frame.StreamId);
        if (_offers.TryGetValue(frame.StreamId, out StreamOffer? known))
        {
            if (!known.Description.Matches(in frame))
            {
                Decline(known, StreamErrorCode.FinalSize);
            }
        }
        else if (_peerIds.IsFinished(index))
        {
            Counters.FramesLate++;
        }
        else if (index >= _limitGranted)
        {
            Refuse(frame.StreamId, StreamErrorCode.TooManyStreams);
        }
        else if (frame.TotalLength > _settings.PayloadBytesMax)
        {
            Refuse(frame.StreamId, StreamErrorCode.TooLarge);
        }
        else if (frame.TotalLength < 0 || frame.Digest.IsEmpty || !IsUnderstood(in extensions))
        {
            Refuse(frame.StreamId, StreamErrorCode.Unsupported);
        }
        else
        {
            var offer = new StreamOffer(_connection, frame.StreamId, StreamDescription.Read(in frame), now);
            _offers.Add(frame.StreamId, offer);
            Counters.OffersReceived++;
            ArmSweep(now);
            _connection.Announce(offer);
        }
    }

    /// <summary>Nothing else has to be known, and no proof would be taken for payload.</summary>
    private bool IsUnderstood(in StreamExtensions extensions) =>
        !extensions.HasUnknown && (!extensions.CarriesProofs || ReadsProofs);

    private void Answer(StreamOffer offer, FrameType type, long value) =>
        QueueControl(new StreamControl(type, offer.Id, StreamErrorCode.None, value));

    /// <summary>Beyond the limit the level stays at acknowledged: less than the truth, and never more.</summary>
    private void AwaitReports(SendStream stream)
    {
        if (!stream.Description.WantsDelivery || stream.Level == DeliveryLevel.Committed)
        {
            return;
        }

        if (_awaitingReports.Count < DeliveriesAwaitedMax)
        {
            _awaitingReports.Add(stream.Id, stream);
        }
        else
        {
            stream.EndReports();
        }
    }

    private void EndReports()
    {
        foreach (SendStream stream in _awaitingReports.Values)
        {
            stream.EndReports();
        }

        _awaitingReports.Clear();
    }

    /// <summary>What the peer does not know of is not asked of it.</summary>
    private StreamDescription Understood(StreamDescription description) =>
        description.WantsDelivery && !Has(Capabilities.DeliveryReports) ? description with { WantsDelivery = false } : description;

    private bool Has(ulong capability) => (_connection.Session.Capabilities & capability) != 0;
}
