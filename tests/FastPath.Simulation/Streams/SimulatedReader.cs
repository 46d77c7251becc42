using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Streams;

/// <summary>An application that reads one stream: as the bytes come, or only while it wants to.</summary>
internal sealed class SimulatedReader : IReceiveListener, IFanOutMember
{
    private readonly RingCursor _cursor;
    private byte[] _bytes = [];
    private Action<SimulatedReader>? _onEnded;
    private bool _isDropped;

    /// <param name="wants">How many bytes it takes in all; more wait in the ring.</param>
    /// <param name="cursor">A reader beside others; the stream's claim when null.</param>
    public SimulatedReader(ReceiveStream stream, long wants = long.MaxValue, RingCursor? cursor = null)
    {
        Stream = stream;
        _cursor = cursor ?? stream.Claim;
        Wants = wants;
        stream.Attach(this);
    }

    public ReceiveStream Stream { get; }

    public long Wants { get; private set; }

    /// <summary>A copy of what was read so far.</summary>
    public byte[] Bytes => Read.ToArray();

    /// <summary>What was read so far.</summary>
    public ReadOnlySpan<byte> Read => _bytes.AsSpan(0, Count);

    public int Count { get; private set; }

    public StreamErrorCode? Ended { get; private set; }

    /// <summary>Called when the stream has ended, at once when it has.</summary>
    public Action<SimulatedReader>? OnEnded
    {
        set
        {
            _onEnded = value;
            if (Ended is not null)
            {
                value?.Invoke(this);
            }
        }
    }

    /// <summary>Called whenever more bytes were read, with the total so far.</summary>
    public Action<SimulatedReader>? OnRead { get; set; }

    public int EndedTimes { get; private set; }

    /// <summary>When the first byte could be read.</summary>
    public Instant FirstByteAt { get; private set; } = Instant.Never;

    public Instant EndedAt { get; private set; } = Instant.Never;

    public bool IsWhole => Ended == StreamErrorCode.None && Count + Stream.Ring.StartOffset == Stream.Ring.Payload.Length;

    public void Want(long bytes, Instant now)
    {
        Wants = bytes;
        Take(now);
    }

    public void OnStored(ReceiveStream stream, long start, long end) => Take(stream.LastProgressAt);

    public void OnReceiveEnded(ReceiveStream stream, StreamErrorCode code)
    {
        if (_isDropped)
        {
            return;
        }

        Ended = code;
        EndedTimes++;
        EndedAt = stream.LastProgressAt;
        Take(stream.LastProgressAt);
        _onEnded?.Invoke(this);
    }

    bool IFanOutMember.IsLive => Ended is null;

    long IFanOutMember.Position => _cursor.Position;

    /// <summary>It is one of those whose requests the stream answers; otherwise it only reads along.</summary>
    public bool IsTaker { get; init; }

    public void DropTooSlow(Instant now)
    {
        _isDropped = true;
        Ended = StreamErrorCode.TooSlow;
        EndedTimes++;
        EndedAt = now;
        Stream.Ring.RemoveCursor(_cursor);
        if (IsTaker)
        {
            Stream.Connection.Streams.Leave(Stream, StreamErrorCode.TooSlow);
        }

        Stream.Connection.Streams.OnConsumed(Stream, now);
        _onEnded?.Invoke(this);
    }

    private void Take(Instant now)
    {
        if (_isDropped)
        {
            return;
        }

        RingCursor cursor = _cursor;
        RingPayload payload = Stream.Ring.Payload;
        long position = cursor.Position;
        while (Count < Wants && payload.Peek(ref position, Wants - Count) is { IsEmpty: false } part)
        {
            FirstByteAt = Instant.Min(FirstByteAt, now);
            if (Count + part.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(Count + part.Length, 2 * _bytes.Length));
            }

            part.Span.CopyTo(_bytes.AsSpan(Count));
            Count += part.Length;
            position += part.Length;
        }

        if (cursor.Position < position)
        {
            cursor.Advance(position);
            Stream.Connection.Streams.OnConsumed(Stream, now);
            OnRead?.Invoke(this);
        }

        if (Ended is not null && payload.Skip(cursor.Position) >= payload.ReadableEnd)
        {
            Stream.Ring.RemoveCursor(cursor);
        }
    }
}
