using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;

namespace FastPath.Fuzz.Oracles;

/// <summary>An ACK frame after RFC 9000, section 19.3, in arithmetic that cannot wrap.</summary>
internal sealed class SlowAckDecoder
{
    public List<AckRange> Ranges { get; } = new(AckFrame.RangesMax);

    public ulong Delay { get; private set; }

    /// <summary>Bytes read, when the frame was accepted.</summary>
    public int Length { get; private set; }

    /// <param name="source">What follows the type.</param>
    public bool TryDecode(ReadOnlySpan<byte> source)
    {
        Ranges.Clear();
        int position = 0;
        if (!SlowVarInt.TryRead(source, ref position, out ulong largest)
            || !SlowVarInt.TryRead(source, ref position, out ulong delay)
            || !SlowVarInt.TryRead(source, ref position, out ulong more)
            || !SlowVarInt.TryRead(source, ref position, out ulong first)
            || more > AckFrame.RangesMax - 1)
        {
            return false;
        }

        Int128 newest = largest;
        Int128 oldest = newest - first;
        for (ulong i = 0; oldest >= 0; i++)
        {
            Ranges.Add(new AckRange((ulong)oldest, (ulong)newest));
            if (i == more)
            {
                Delay = delay;
                Length = position;
                return true;
            }

            if (!SlowVarInt.TryRead(source, ref position, out ulong gap)
                || !SlowVarInt.TryRead(source, ref position, out ulong length))
            {
                return false;
            }

            newest = oldest - gap - 2;
            oldest = newest - length;
        }

        return false;
    }
}
