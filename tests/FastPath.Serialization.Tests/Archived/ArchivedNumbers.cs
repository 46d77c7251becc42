using System.Buffers.Binary;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>Archives in which one number was replaced: each place, by each value that is near a limit.</summary>
internal static class ArchivedNumbers
{
    public static IEnumerable<byte[]> Replaced(byte[] good)
    {
        for (int at = 0; at <= good.Length - sizeof(ushort); at += sizeof(ushort))
        {
            foreach (ushort value in Shorts(good, at))
            {
                byte[] changed = [.. good];
                BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(at), value);
                yield return changed;
            }
        }

        for (int at = 0; at <= good.Length - sizeof(uint); at += sizeof(uint))
        {
            foreach (int value in Integers(good, at))
            {
                byte[] changed = [.. good];
                BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(at), value);
                yield return changed;
            }
        }

        for (int at = 0; at <= good.Length - sizeof(ulong); at += sizeof(ulong))
        {
            foreach (long value in (long[])[long.MinValue, long.MaxValue, 1L << 60, (1L << 60) + 1, 1L << 32, -1, -8])
            {
                byte[] changed = [.. good];
                BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(at), value);
                yield return changed;
            }
        }
    }

    private static IEnumerable<ushort> Shorts(byte[] good, int at)
    {
        ushort now = BinaryPrimitives.ReadUInt16LittleEndian(good.AsSpan(at));
        return new[] { 0, 1, 2, 3, 4, 5, 6, 8, 32, 33, now - 2, now - 1, now + 1, now + 2, now + 4, good.Length - at,
            good.Length - at + 1, good.Length - at + 2, good.Length, short.MaxValue, ushort.MaxValue }
            .Select(value => (ushort)value).Distinct();
    }

    // Distances from here to either end and a little further, and the value itself a little changed.
    private static IEnumerable<int> Integers(byte[] good, int at)
    {
        int now = BinaryPrimitives.ReadInt32LittleEndian(good.AsSpan(at));
        int[] centres = [0, now, -at, good.Length - at, good.Length, at, 32, int.MaxValue - 8, int.MinValue + 8];
        return centres.SelectMany(centre => Enumerable.Range(-5, 11).Select(step => centre + step)).Distinct();
    }
}
