using FastPath.Serialization.Bodies;

namespace FastPath.Serialization.Bincode;

/// <summary>
/// Writes one value into whatever spans it is given and goes on exactly where it stopped. It can be set back to any
/// offset, so what was lost on the way is simply written again. Allocates nothing after it was started.
/// </summary>
/// <remarks>
/// Holds the fixed fields as bytes and the bodies by reference. Being a body itself, it can be sent like one. Reading
/// at an offset touches no state, so several transfers may share one as far as its bodies allow it.
/// </remarks>
public sealed class StreamingSerializer : IBody
{
    private readonly Segment[] _segments;
    private readonly byte[] _fixed;
    private long _position;
    private int _current;

    internal StreamingSerializer(Segment[] segments, byte[] fixedFields, long length)
    {
        _segments = segments;
        _fixed = fixedFields;
        Length = length;
    }

    /// <summary>Bytes of the whole value, exact.</summary>
    public long Length { get; }

    /// <summary>
    /// Offset of the next byte that <see cref="Read(Span{byte})"/> writes; may be set to any offset up to the length.
    /// </summary>
    public long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Length);
            _position = value;
            _current = Find(value);
        }
    }

    /// <summary>Fills the destination as far as bytes are left, and moves on. Returns how many were written.</summary>
    /// <exception cref="EndOfStreamException">A body ended early: its file shrank.</exception>
    public int Read(Span<byte> destination)
    {
        int count = (int)Math.Min(destination.Length, Length - _position);
        _current = Copy(_current, _position, destination[..count]);
        _position += count;
        return count;
    }

    /// <summary>
    /// Fills the destination from any offset on; the position stays. The range lies inside the value.
    /// </summary>
    /// <exception cref="EndOfStreamException">A body ended early: its file shrank.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - destination.Length, nameof(destination));
        Copy(Find(offset), offset, destination);
    }

    private int Copy(int index, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ref readonly Segment segment = ref _segments[index];
            long end = EndOf(index);
            int count = (int)Math.Min(destination.Length, end - offset);
            if (segment.Body is null)
            {
                int from = segment.FixedStart + (int)(offset - segment.Start);
                _fixed.AsSpan(from, count).CopyTo(destination);
            }
            else
            {
                segment.Body.Read(offset - segment.Start, destination[..count]);
            }

            destination = destination[count..];
            offset += count;
            if (offset == end)
            {
                index++;
            }
        }

        return index;
    }

    private long EndOf(int index) => index + 1 < _segments.Length ? _segments[index + 1].Start : Length;

    // Index of the segment that holds the offset; behind the last one at the end of the value.
    private int Find(long offset)
    {
        int low = 0;
        int high = _segments.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (EndOf(middle) <= offset)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>A run of fixed bytes (no body), or a body. Ends where the next one starts; never empty.</summary>
    internal readonly record struct Segment(long Start, IBody? Body, int FixedStart);
}
