using FastPath.Protocol.Recovery;

namespace FastPath.Protocol.Frames;

/// <summary>Which packets have come: ranges newest first, after RFC 9000 section 19.3, and how long the newest waited.</summary>
internal static class AckFrame
{
    /// <summary>Ranges that a frame carries at most (decision D4: later ACKs repeat the newest 32).</summary>
    public const int RangesMax = 32;

    /// <summary>Space that a full frame can need.</summary>
    public const int EncodedLengthMax = 1 + (3 * VarInt.MaxLength) + (2 * VarInt.MaxLength * RangesMax);

    /// <summary>Writes as many of the ranges (newest first) as fit; false when not even the newest does.</summary>
    public static bool TryWrite(
        ref FrameWriter writer, ulong delayMicroseconds, scoped ReadOnlySpan<AckRange> ranges)
    {
        AckRange first = ranges[0];
        ulong firstLength = first.Largest - first.Smallest;
        int length = 1 + VarInt.LengthOf(first.Largest) + VarInt.LengthOf(delayMicroseconds) + 1
            + VarInt.LengthOf(firstLength);
        if (length > writer.Remaining)
        {
            return false;
        }

        int count = 1;
        for (; count < Math.Min(ranges.Length, RangesMax); count++)
        {
            (ulong gap, ulong span) = Relative(ranges[count - 1], ranges[count]);
            length += VarInt.LengthOf(gap) + VarInt.LengthOf(span);
            if (length > writer.Remaining)
            {
                break;
            }
        }

        writer.WriteType(FrameType.Ack);
        writer.WriteVarInt(first.Largest);
        writer.WriteVarInt(delayMicroseconds);
        writer.WriteVarInt((ulong)(count - 1));
        writer.WriteVarInt(firstLength);
        for (int i = 1; i < count; i++)
        {
            (ulong gap, ulong span) = Relative(ranges[i - 1], ranges[i]);
            writer.WriteVarInt(gap);
            writer.WriteVarInt(span);
        }

        return true;
    }

    /// <summary>Reads a frame whose type was read; false on a range below zero or more than the maximum of ranges.</summary>
    public static bool TryRead(
        ref FrameReader reader, Span<AckRange> ranges, out int count, out ulong delayMicroseconds)
    {
        count = 0;
        delayMicroseconds = 0;
        if (!reader.TryReadVarInt(out ulong largest)
            || !reader.TryReadVarInt(out delayMicroseconds)
            || !reader.TryReadVarInt(out ulong more)
            || !reader.TryReadVarInt(out ulong firstLength)
            || more >= (ulong)ranges.Length
            || firstLength > largest)
        {
            return false;
        }

        ulong smallest = largest - firstLength;
        ranges[count++] = new AckRange(smallest, largest);
        for (ulong i = 0; i < more; i++)
        {
            if (!reader.TryReadVarInt(out ulong gap)
                || !reader.TryReadVarInt(out ulong span)
                || gap + 2 > smallest
                || span > smallest - gap - 2)
            {
                return false;
            }

            largest = smallest - gap - 2;
            smallest = largest - span;
            ranges[count++] = new AckRange(smallest, largest);
        }

        return true;
    }

    private static (ulong Gap, ulong Span) Relative(AckRange newer, AckRange older) =>
        (newer.Smallest - older.Largest - 2, older.Largest - older.Smallest);
}
