using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>The BLAKE3 compression function, one block at a time (BLAKE3 paper, section 2.2).</summary>
internal static class Blake3Compression
{
    /// <summary>Replaces the chaining value (32 bytes) by the one after a block (64 bytes).</summary>
    public static void Compress(
        Blake3Width width, Span<byte> value, ReadOnlySpan<byte> block, ulong counter, int blockLength, uint flags)
    {
        if (width == Blake3Width.Scalar)
        {
            Span<uint> state = stackalloc uint[Blake3Constants.BlockWords];
            Mix(value, block, counter, blockLength, flags, state);
            for (int word = 0; word < 8; word++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(value[(4 * word)..], state[word] ^ state[word + 8]);
            }
        }
        else
        {
            Blake3Rows.Compress(value, block, counter, blockLength, flags, value, []);
        }
    }

    /// <summary>Writes the 64 bytes of extended output that stand at <paramref name="counter"/> times 64.</summary>
    public static void CompressExtended(
        Blake3Width width,
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> block,
        ulong counter,
        int blockLength,
        uint flags,
        Span<byte> output)
    {
        if (width == Blake3Width.Scalar)
        {
            Span<uint> state = stackalloc uint[Blake3Constants.BlockWords];
            Mix(value, block, counter, blockLength, flags, state);
            for (int word = 0; word < 8; word++)
            {
                uint chained = state[word + 8] ^ BinaryPrimitives.ReadUInt32LittleEndian(value[(4 * word)..]);
                BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * word)..], state[word] ^ state[word + 8]);
                BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * (word + 8))..], chained);
            }
        }
        else
        {
            Span<byte> upper = output[Blake3Constants.ValueBytes..];
            Blake3Rows.Compress(value, block, counter, blockLength, flags, output, upper);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mix(
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> block,
        ulong counter,
        int blockLength,
        uint flags,
        Span<uint> state)
    {
        Span<uint> m = stackalloc uint[Blake3Constants.BlockWords];
        for (int word = 0; word < m.Length; word++)
        {
            m[word] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * word)..]);
        }

        uint v0 = Word(value, 0), v1 = Word(value, 1), v2 = Word(value, 2), v3 = Word(value, 3);
        uint v4 = Word(value, 4), v5 = Word(value, 5), v6 = Word(value, 6), v7 = Word(value, 7);
        ReadOnlySpan<byte> start = Blake3Constants.InitialValue;
        uint v8 = Word(start, 0), v9 = Word(start, 1), v10 = Word(start, 2), v11 = Word(start, 3);
        uint v12 = (uint)counter, v13 = (uint)(counter >> 32), v14 = (uint)blockLength, v15 = flags;
        ReadOnlySpan<byte> schedule = Blake3Constants.Schedule;
        for (int round = 0; round < Blake3Constants.Rounds; round++)
        {
            ReadOnlySpan<byte> s = schedule.Slice(round * Blake3Constants.BlockWords, Blake3Constants.BlockWords);
            QuarterRound(ref v0, ref v4, ref v8, ref v12, m[s[0] >> 4], m[s[1] >> 4]);
            QuarterRound(ref v1, ref v5, ref v9, ref v13, m[s[2] >> 4], m[s[3] >> 4]);
            QuarterRound(ref v2, ref v6, ref v10, ref v14, m[s[4] >> 4], m[s[5] >> 4]);
            QuarterRound(ref v3, ref v7, ref v11, ref v15, m[s[6] >> 4], m[s[7] >> 4]);
            QuarterRound(ref v0, ref v5, ref v10, ref v15, m[s[8] >> 4], m[s[9] >> 4]);
            QuarterRound(ref v1, ref v6, ref v11, ref v12, m[s[10] >> 4], m[s[11] >> 4]);
            QuarterRound(ref v2, ref v7, ref v8, ref v13, m[s[12] >> 4], m[s[13] >> 4]);
            QuarterRound(ref v3, ref v4, ref v9, ref v14, m[s[14] >> 4], m[s[15] >> 4]);
        }

        (state[0], state[1], state[2], state[3]) = (v0, v1, v2, v3);
        (state[4], state[5], state[6], state[7]) = (v4, v5, v6, v7);
        (state[8], state[9], state[10], state[11]) = (v8, v9, v10, v11);
        (state[12], state[13], state[14], state[15]) = (v12, v13, v14, v15);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int word) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 * word)..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d, uint x, uint y)
    {
        a = a + x + b;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 12);
        a = a + y + b;
        d = BitOperations.RotateRight(d ^ a, 8);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 7);
    }
}
