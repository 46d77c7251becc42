using FastPath.Protocol.Randomness;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>Bytes to send: a block of chance, again and again, so that a receiver can tell what belongs at an offset.</summary>
internal static class Payload
{
    /// <summary>Also the longest part that is written at once.</summary>
    public const int BlockBytes = 256 * 1_024;

    private const int SampleBytes = 16;

    private static readonly byte[] Block = Create();

    /// <summary>The bytes from an offset on, as many as lie together.</summary>
    public static ReadOnlyMemory<byte> At(long offset, long bytesMax)
    {
        int start = (int)(offset % BlockBytes);
        return Block.AsMemory(start, (int)Math.Min(bytesMax, BlockBytes - start));
    }

    /// <summary>Looks at the first bytes of a part: content verification is off, but what is misplaced is not counted.</summary>
    /// <exception cref="InvalidDataException">They do not belong there.</exception>
    public static void Check(long offset, ReadOnlySpan<byte> part)
    {
        int start = (int)(offset % BlockBytes);
        int count = Math.Min(Math.Min(SampleBytes, part.Length), BlockBytes - start);
        if (!part[..count].SequenceEqual(Block.AsSpan(start, count)))
        {
            throw new InvalidDataException($"bytes at offset {offset} are not those that were sent");
        }
    }

    private static byte[] Create()
    {
        byte[] block = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        new SeededRandom(1).Fill(block);
        return block;
    }
}
