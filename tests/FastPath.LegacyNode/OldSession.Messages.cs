using System.Security.Cryptography;

namespace FastPath.LegacyNode;

/// <summary>Frames in, and whole messages both ways: short ones in MESSAGE frames, others on streams of kind "whole".</summary>
internal sealed partial class OldSession
{
    private const int ShortMax = 1_158;
    private const int PieceBytes = 1_000;
    private const long InitialCredit = 65_536;
    private const int StreamsMax = 256;
    private const byte WholeKind = 1;

    private readonly int _ownBit;
    private readonly Queue<byte[]> _shortWaiting = new();
    private readonly Dictionary<long, (byte[] Payload, long Queued, long Credit)> _outgoing = [];
    private readonly Dictionary<long, OldIncoming> _incoming = [];
    private readonly HashSet<long> _finished = [];
    private readonly HashSet<long> _messagesSeen = [];
    private long _nextSequence;
    private long _nextStream;
    private long _shortBytes;
    private long _shortCredit = InitialCredit;
    private long _shortBytesTaken;
    private long _lowestUnfinished;

    public void Send(byte[] message)
    {
        if (message.Length <= ShortMax)
        {
            _shortWaiting.Enqueue(message);
            QueueShort();
            return;
        }

        long stream = (_nextStream++ << 1) | (uint)_ownBit;
        _outgoing[stream] = (message, 0, InitialCredit);
        _frames.AddLast(OldFrames.Open(stream, RandomNumberGenerator.GetBytes(16), message.Length));
    }

    public void Close() => _frames.AddFirst(OldFrames.Close(0, "bye"u8));

    private void QueueShort()
    {
        while (_shortWaiting.TryPeek(out byte[]? next) && _shortBytes + next.Length + 1 <= _shortCredit)
        {
            _shortBytes += next.Length + 1;
            _frames.AddLast(OldFrames.Message(_nextSequence++, _shortWaiting.Dequeue()));
        }
    }

    private void QueueFragments()
    {
        foreach (long stream in _outgoing.Keys.ToList())
        {
            (byte[] payload, long queued, long credit) = _outgoing[stream];
            while (queued < Math.Min(payload.Length, credit) && _frames.Count < InFlightMax)
            {
                int length = (int)Math.Min(PieceBytes, Math.Min(payload.Length, credit) - queued);
                _frames.AddLast(OldFrames.Fragment(stream, queued, payload.AsSpan((int)queued, length)));
                queued += length;
            }

            _outgoing[stream] = (payload, queued, credit);
            if (queued == payload.Length)
            {
                _frames.AddLast(OldFrames.Fin(stream, payload.Length));
                _outgoing.Remove(stream);
            }
        }
    }

    private void Walk(ReadOnlySpan<byte> payload)
    {
        var reader = new OldReader(payload);
        while (!reader.IsAtEnd)
        {
            byte type = reader.Byte();
            _acks.IsOwed |= type is not (0x00 or 0x02 or 0x0D);
            Handle(type, ref reader);
        }
    }

    private void Handle(byte type, ref OldReader reader)
    {
        switch (type)
        {
            case 0x00 or 0x01:
                break;
            case 0x02:
                HandleAck(ref reader);
                break;
            case 0x03:
                HandleOpen(ref reader);
                break;
            case 0x04:
                long stream = reader.Int();
                long offset = reader.Int();
                Incoming(stream).Put(offset, reader.Block());
                Complete(stream);
                break;
            case 0x05 or 0x07 or 0x0A:
                // A FIN tells nothing that the opening has not: streams of this version have a length.
                long first = reader.Int();
                if (type != 0x0A)
                {
                    reader.Int();
                }

                if (type == 0x07)
                {
                    _outgoing.Remove(first);
                }

                break;
            case 0x06:
                _incoming.Remove(reader.Int());
                reader.Int();
                reader.Int();
                break;
            case 0x08 or 0x09 or 0x0B:
                HandleCredit(type, ref reader);
                break;
            case 0x0C:
                HandleMessage(ref reader);
                break;
            case 0x0D:
                reader.Int();
                reader.Block();
                IsClosed = true;
                break;
            default:
                UnknownFrames++;
                reader.Block();
                break;
        }
    }

    private void HandleCredit(byte type, ref OldReader reader)
    {
        long first = type == 0x0B ? reader.Byte() : reader.Int();
        if (type == 0x09)
        {
            _shortCredit = Math.Max(_shortCredit, first);
            QueueShort();
        }
        else if (type == 0x08)
        {
            long limit = reader.Int();
            if (_outgoing.TryGetValue(first, out (byte[] Payload, long Queued, long Credit) sending))
            {
                _outgoing[first] = (sending.Payload, sending.Queued, Math.Max(sending.Credit, limit));
            }
        }
        else
        {
            // What the peer waits for has been granted already, or comes when there is room.
            reader.Int();
            reader.Int();
        }
    }

    private void HandleOpen(ref OldReader reader)
    {
        long stream = reader.Int();
        byte flags = reader.Byte();
        byte kind = reader.Byte();
        reader.Take(16);
        long length = (flags & 1) != 0 ? reader.Int() : -1;
        reader.Int();
        reader.Take((flags & 2) != 0 ? 32 : 0);
        bool isOurs = reader.Block() is [OldFrames.NetMessagePurpose];
        reader.Block();
        if (kind != WholeKind || !isOurs || length is < 0 or > OldIncoming.LengthMax)
        {
            ForeignStreams++;
            return;
        }

        if (_finished.Contains(stream))
        {
            return;
        }

        Incoming(stream).Open(length);
        _frames.AddLast(OldFrames.StreamCredit(stream, length));
        Complete(stream);
    }

    private OldIncoming Incoming(long stream)
    {
        if (_finished.Contains(stream))
        {
            return new OldIncoming();
        }

        if (!_incoming.TryGetValue(stream, out OldIncoming? incoming))
        {
            _incoming[stream] = incoming = new OldIncoming();
        }

        return incoming;
    }

    private void Complete(long stream)
    {
        if (_incoming.TryGetValue(stream, out OldIncoming? incoming) && incoming.IsComplete)
        {
            _incoming.Remove(stream);
            _finished.Add(stream);
            while (_finished.Contains((_lowestUnfinished << 1) | (uint)(1 - _ownBit)))
            {
                _lowestUnfinished++;
            }

            _frames.AddLast(OldFrames.StreamLimit(_lowestUnfinished + StreamsMax));
            Arrived?.Invoke(incoming.Payload);
        }
    }

    private void HandleMessage(ref OldReader reader)
    {
        long sequence = reader.Int();
        ReadOnlySpan<byte> payload = reader.Block();
        if (!_messagesSeen.Add(sequence))
        {
            return;
        }

        _shortBytesTaken += payload.Length;
        _frames.AddLast(OldFrames.ConnectionCredit(_shortBytesTaken + InitialCredit));
        if (payload is [OldFrames.NetMessagePurpose, ..])
        {
            Arrived?.Invoke(payload[1..].ToArray());
        }
    }
}
