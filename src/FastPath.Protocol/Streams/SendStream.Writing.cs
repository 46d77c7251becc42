using FastPath.Buffers.Pooling;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Legacy;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Streams;

/// <summary>Frames of the stream, cut for the packet that is being built.</summary>
internal sealed partial class SendStream
{
    /// <summary>Writes the next frame that fits; false when there is none, or no room for it.</summary>
    public bool TryWriteNext(ref FrameWriter writer, Instant now, out SentFrame sent)
    {
        sent = default;
        if (!HasSendable)
        {
            return false;
        }

        if (_owesOpen)
        {
            return TryWriteOpen(ref writer, now, out sent);
        }

        return HasSendableBytes ? TryWriteFragment(ref writer, out sent) : TryWriteFin(ref writer, out sent);
    }

    /// <summary>So many of the bytes that would be sent next will be read soon.</summary>
    public void Fetch(int length)
    {
        if (HasSendableBytes)
        {
            long start = _toSend[0].Start;
            CacheLines.Fetch(Ring.Peek(start, Math.Min(_toSend[0].End, start + length)).Span);
        }
    }

    private bool TryWriteOpen(ref FrameWriter writer, Instant now, out SentFrame sent)
    {
        var frame = new StreamOpenFrame
        {
            StreamId = Id,
            Kind = Description.Kind,
            TransferId = Description.TransferId,
            TotalLength = Description.TotalLength,
            StartOffset = Description.StartOffset,
            IsOffer = Description.IsOffer,
            WantsDelivery = Description.WantsDelivery,
            Digest = Description.Digest.Span,
            Metadata = Description.Metadata.Span,
            Extensions = Description.Extensions.Span,
        };
        sent = new SentFrame(FrameType.StreamOpen, Id);
        if (frame.EncodedLength > writer.Remaining)
        {
            return false;
        }

        frame.Write(ref writer);
        OpenedAt = Instant.Min(OpenedAt, now);
        _owesOpen = false;
        return true;
    }

    private bool TryWriteFragment(ref FrameWriter writer, out SentFrame sent)
    {
        sent = default;
        (long start, long rangeEnd) = _toSend[0];
        long wanted = Math.Min(rangeEnd, Credit) - start;
        int header = 1 + VarInt.LengthOf(Id) + VarInt.LengthOf((ulong)start) + VarInt.LengthOf((ulong)writer.Remaining);
        int length = (int)Math.Min(wanted, writer.Remaining - header);
        if (length <= 0 || (length < wanted && length < FragmentBytesMin))
        {
            return false;
        }

        _toSend.TryPopFront(length, out _, out long end);
        length = (int)(end - start);
        writer.WriteType(FrameType.Fragment);
        writer.WriteVarInt(Id);
        writer.WriteOffset(start);
        writer.WriteVarInt((ulong)length);
        Ring.CopyTo(start, writer.Reserve(length));
        PayloadBytesSent += length;
        PayloadBytesSentAgain += Math.Max(0, Math.Min(end, HighestSent) - start);
        HighestSent = Math.Max(HighestSent, end);
        sent = new SentFrame(FrameType.Fragment, Id, start, length);
        return true;
    }

    private bool TryWriteFin(ref FrameWriter writer, out SentFrame sent)
    {
        sent = new SentFrame(FrameType.Fin, Id, FinalSize);
        if (Connection.Session.IsWithOldNode)
        {
            if (!PlainFin.TryWrite(ref writer, Id, FinalSize))
            {
                return false;
            }
        }
        else
        {
            var frame = new FinFrame(Id, FinalSize, _finDigest.Span);
            if (frame.EncodedLength > writer.Remaining)
            {
                return false;
            }

            frame.Write(ref writer);
        }

        _owesFin = false;
        return true;
    }
}
