using FastPath.Serialization.Hashing;

namespace FastPath.Protocol.Streams;

/// <summary>The payload in a ring, as readers see it: proofs are passed over, and what is not verified yet is not there.</summary>
/// <remarks>
/// Positions are those of the ring. Without proofs they are payload offsets, and everything that has come is there. The loop
/// thread decides how a stream is read before it hands the stream to a reader.
/// </remarks>
internal sealed class RingPayload(FragmentRing ring)
{
    private VerifiedEncoding _encoding;
    private bool _isEncoded;
    private bool _isGated;
    private long _verifiedTo;

    /// <summary>Proofs lie between the groups of the payload.</summary>
    public bool IsEncoded => _isEncoded;

    /// <summary>Readers see verified groups alone.</summary>
    public bool IsGated => _isGated;

    /// <summary>Readers may go up to here.</summary>
    public long ReadableEnd => _isGated ? Volatile.Read(ref _verifiedTo) : ring.Frontier;

    /// <summary>Bytes of the whole payload; -1 until known.</summary>
    public long Length => _isEncoded ? _encoding.Layout.PayloadBytes : ring.FinalSize;

    /// <summary>Payload bytes below <see cref="ReadableEnd"/>, those before the start offset counted.</summary>
    public long Received => OffsetOf(ReadableEnd);

    /// <summary>Every byte has come, and is verified where it has to be.</summary>
    public bool IsComplete => ring.FinalSize >= 0 && ReadableEnd == ring.FinalSize;

    public void Encode(in VerifiedEncoding encoding)
    {
        _encoding = encoding;
        _isEncoded = true;
    }

    /// <summary>Nothing is there before <see cref="Release"/>.</summary>
    public void Gate()
    {
        // An empty payload is a group, too: its end is not there before that is verified.
        _verifiedTo = ring.FinalSize == ring.StartOffset ? ring.StartOffset - 1 : ring.StartOffset;
        _isGated = true;
    }

    /// <summary>Everything that has come is there.</summary>
    public void Ungate() => _isGated = false;

    /// <summary>Everything below is verified.</summary>
    public void Release(long position) => Volatile.Write(ref _verifiedTo, position);

    /// <summary>Payload bytes below a position, those before the start offset counted.</summary>
    public long OffsetOf(long position) => _isEncoded ? _encoding.PayloadOffset(position) : position;

    /// <summary>Position behind the payload bytes below an offset: the start, or the end of one byte.</summary>
    public long PositionOf(long offset) =>
        !_isEncoded ? offset : offset <= ring.StartOffset ? ring.StartOffset : _encoding.PositionOf(offset - 1) + 1;

    /// <summary>Where the next payload byte at or behind a position lies; the position itself at the end.</summary>
    public long Skip(long position) =>
        _isEncoded && position < ring.FinalSize ? Math.Max(position, _encoding.GroupStart(_encoding.GroupAt(position))) : position;

    /// <summary>Payload bytes that lie together; empty when none can be read yet, or at the end.</summary>
    /// <param name="position">Moved over a proof that lies before them, and not over the bytes themselves.</param>
    /// <param name="maxBytes">1 and more.</param>
    public ReadOnlyMemory<byte> Peek(ref long position, long maxBytes)
    {
        long end = ReadableEnd;
        long start = Skip(position);
        if (start >= end)
        {
            return default;
        }

        position = start;
        if (_isEncoded)
        {
            end = Math.Min(end, _encoding.GroupEnd(_encoding.GroupAt(start)));
        }

        return ring.Peek(start, Math.Min(end, start + Math.Min(maxBytes, end - start)));
    }
}
