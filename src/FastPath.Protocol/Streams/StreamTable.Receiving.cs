using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Time;
using FastPath.Serialization.Hashing;

namespace FastPath.Protocol.Streams;

/// <summary>Frames of streams, in. False means the frame is malformed or names a stream that cannot be: a broken peer.</summary>
internal sealed partial class StreamTable
{
    private const int StreamLimitSteps = 32;

    public bool TryHandleOpen(Instant now, ref FrameReader reader)
    {
        if (!StreamOpenFrame.TryRead(ref reader, out StreamOpenFrame frame) || IsOwn(frame.StreamId))
        {
            return false;
        }

        if (!StreamExtensions.TryRead(frame.Extensions, out StreamExtensions extensions))
        {
            return false;
        }

        if (frame.IsOffer && !_receiving.ContainsKey(frame.StreamId))
        {
            HandleOffer(now, in frame, in extensions);
            return true;
        }

        // Proofs take room, too. An announcement that cannot be is refused below.
        bool isProvable = extensions.CarriesProofs && VerifiedEncoding.IsStart(frame.TotalLength, frame.StartOffset);
        long end = isProvable ? new VerifiedEncoding(frame.TotalLength, frame.StartOffset).FinalSize : frame.TotalLength;
        if (!TryAdmit(now, frame.StreamId, frame.StartOffset, end, out ReceiveStream? stream))
        {
            return true;
        }

        bool isNew = stream.Description is null;
        if (isNew && frame.TotalLength > _settings.PayloadBytesMax)
        {
            Stop(stream, StreamErrorCode.TooLarge);
        }
        else if (!IsUnderstood(in extensions))
        {
            Stop(stream, StreamErrorCode.Unsupported);
        }
        else if (!stream.TryAnnounce(in frame))
        {
            Stop(stream, StreamErrorCode.FinalSize);
        }
        else if (isNew)
        {
            _connection.Announce(stream);
            EndIfNothingFollows(stream);
        }

        return true;
    }

    public bool TryHandleFragment(Instant now, ref FrameReader reader)
    {
        if (!FragmentFrame.TryRead(ref reader, out FragmentFrame frame) || IsOwn(frame.StreamId))
        {
            return false;
        }

        Counters.FragmentsReceived++;
        if (!TryAdmit(now, frame.StreamId, 0, -1, out ReceiveStream? stream))
        {
            return true;
        }

        RingWriteResult result = stream.Write(frame.Offset, frame.Bytes, now);
        switch (result)
        {
            case RingWriteResult.Stored:
                Counters.PayloadBytesReceived += frame.Bytes.Length;
                EndIfComplete(stream);
                if (stream.OnStoredAbove(now))
                {
                    QueueCredit(stream);
                }

                break;
            case RingWriteResult.Duplicate:
                Counters.PayloadBytesDuplicate += frame.Bytes.Length;
                break;
            case RingWriteResult.BeyondFinalSize:
                Stop(stream, StreamErrorCode.FinalSize);
                break;
            case RingWriteResult.Corrupt:
                Stop(stream, StreamErrorCode.Corrupt);
                break;
            case RingWriteResult.PoolExhausted:
                Stop(stream, StreamErrorCode.NoBuffers);
                break;
            default:
                Stop(stream, StreamErrorCode.FlowControl);
                break;
        }

        return true;
    }

    public bool TryHandleFin(Instant now, ref FrameReader reader)
    {
        bool isRead = _connection.Session.IsWithOldNode
            ? PlainFin.TryRead(ref reader, out FinFrame frame)
            : FinFrame.TryRead(ref reader, out frame);
        if (!isRead || IsOwn(frame.StreamId))
        {
            return false;
        }

        if (!TryAdmit(now, frame.StreamId, 0, -1, out ReceiveStream? stream))
        {
            return true;
        }

        if (!stream.TryFinish(in frame))
        {
            Stop(stream, StreamErrorCode.FinalSize);
        }

        EndIfComplete(stream);
        return true;
    }

    public bool TryHandleReset(ref FrameReader reader)
    {
        if (!StreamResetFrame.TryRead(ref reader, out StreamResetFrame frame) || IsOwn(frame.StreamId))
        {
            return false;
        }

        if (_receiving.TryGetValue(frame.StreamId, out ReceiveStream? stream))
        {
            StreamErrorCode code = CodeOf(frame.Code);
            EndReceiving(stream, code);
        }
        else
        {
            // Given up before it was accepted, before anything else of it came, or long finished.
            _offers.Remove(frame.StreamId);
            FinishPeerId(frame.StreamId);
        }

        return true;
    }

    public bool TryHandleStopSending(ref FrameReader reader)
    {
        if (!StopSendingFrame.TryRead(ref reader, out StopSendingFrame frame) || !IsOwn(frame.StreamId))
        {
            return false;
        }

        if (_sending.TryGetValue(frame.StreamId, out SendStream? stream))
        {
            Reset(stream, CodeOf(frame.Code));
        }

        return true;
    }

    public bool TryHandleCredit(ref FrameReader reader)
    {
        if (!StreamCreditFrame.TryRead(ref reader, out StreamCreditFrame frame) || !IsOwn(frame.StreamId))
        {
            return false;
        }

        if (_sending.TryGetValue(frame.StreamId, out SendStream? stream) && stream.Grant(frame.MaxOffset))
        {
            MarkReady(stream);
        }

        return true;
    }

    public bool TryHandleLimit(ref FrameReader reader)
    {
        if (!StreamLimitFrame.TryRead(ref reader, out StreamLimitFrame frame))
        {
            return false;
        }

        _limit = Math.Max(_limit, frame.MaxStreams);
        AdmitWaiting();
        return true;
    }

    /// <summary>The peer lacks credit or a higher limit: what it has been granted is said again.</summary>
    public void HandleBlocked(in BlockedFrame frame)
    {
        if (frame.Kind == (byte)BlockedKind.StreamLimit)
        {
            _owesLimit = true;
        }
        else if (_receiving.TryGetValue(frame.StreamId, out ReceiveStream? stream))
        {
            stream.OwesCredit = true;
            QueueCredit(stream);
        }
    }

    // A code that no version of the wire may carry is read as a plain cancellation.
    private static StreamErrorCode CodeOf(ulong code) =>
        code is > 0 and < (ulong)StreamErrorCode.ConnectionLost ? (StreamErrorCode)code : StreamErrorCode.Cancelled;

    private bool IsOwn(ulong streamId) => StreamId.IsOpenedByInitiator(streamId) == _isInitiator;

    /// <summary>A stream that was just announced: what has come before, or an empty payload, may be all of it.</summary>
    private void EndIfNothingFollows(ReceiveStream stream)
    {
        if (!stream.TryVerify())
        {
            Stop(stream, StreamErrorCode.Corrupt);
        }
        else if (stream.Ring.Payload.IsComplete)
        {
            EndReceiving(stream, StreamErrorCode.None);
        }
    }

    private void EndIfComplete(ReceiveStream stream)
    {
        if (stream.HasEnded)
        {
            EndReceiving(stream, StreamErrorCode.None);
        }
    }

    /// <summary>Finds the stream, or makes it inside limit and budget; false when it is finished or refused.</summary>
    /// <param name="totalLength">Proofs counted; -1 while not announced: a stream without an opening frame starts at 0 (decision D3).</param>
    private bool TryAdmit(
        Instant now,
        ulong streamId,
        long startOffset,
        long totalLength,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ReceiveStream? stream)
    {
        if (_receiving.TryGetValue(streamId, out stream))
        {
            return true;
        }

        ulong index = StreamId.IndexOf(streamId);
        if (_peerIds.IsFinished(index))
        {
            Counters.FramesLate++;
            return false;
        }

        if (_offers.Remove(streamId))
        {
            // Bytes before the answer, or an opening that is no offer any more.
            return Refuse(streamId, StreamErrorCode.FlowControl);
        }

        // Refused before anything is allocated from what the peer announces (scenario M2).
        if (index >= _limitGranted)
        {
            return Refuse(streamId, StreamErrorCode.TooManyStreams);
        }

        if (totalLength > _settings.PayloadBytesMax)
        {
            return Refuse(streamId, StreamErrorCode.TooLarge);
        }

        long capacity = totalLength < 0
            ? _settings.InitialCreditBytes
            : Math.Clamp(totalLength - startOffset, 1, _settings.InitialCreditBytes);
        if (FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, startOffset, capacity) is not { } ring)
        {
            return Refuse(streamId, StreamErrorCode.NoBuffers);
        }

        stream = new ReceiveStream(_connection, streamId, ring, _settings, now);
        _receiving.Add(streamId, stream);
        Counters.ReceivesStarted++;
        ArmSweep(now);
        return true;
    }

    private bool Refuse(ulong streamId, StreamErrorCode code)
    {
        Counters.StreamsRefused++;
        if (_control.Count < ControlQueueMax)
        {
            QueueControl(new StreamControl(FrameType.StopSending, streamId, code, 0));
        }

        FinishPeerId(streamId);
        return false;
    }

    /// <summary>
    /// In small steps: what has ended and was not granted again is missing when the peer next opens as many as it may.
    /// </summary>
    private void FinishPeerId(ulong streamId)
    {
        _peerIds.Finish(StreamId.IndexOf(streamId));
        if (_peerIds.Limit - _limitGranted >= (ulong)Math.Max(1, _settings.StreamsMax / StreamLimitSteps))
        {
            _limitGranted = _peerIds.Limit;
            _owesLimit = true;
        }
    }
}
