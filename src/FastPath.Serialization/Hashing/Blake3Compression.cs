using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>The BLAKE3 compression function, one block at a time (BLAKE3 paper, section 2.2).</summary>
internal static class Blake3Compression
{
    public const int BlockBytes = 64;

    /// <summary>Bytes of a chaining value; also the default digest and the key size.</summary>
    public const int ValueBytes = 32;

    private const int StateWords = 16;
    private const int Rounds = 7;

    /// <summary>The initial chaining value of the unkeyed hash, as 32 little-endian bytes.</summary>
    public static ReadOnlySpan<byte> InitialValue =>
    [
        0x67, 0xE6, 0x09, 0x6A, 0x85, 0xAE, 0x67, 0xBB, 0x72, 0xF3, 0x6E, 0x3C, 0x3A, 0xF5, 0x4F, 0xA5,
        0x7F, 0x52, 0x0E, 0x51, 0x8C, 0x68, 0x05, 0x9B, 0xAB, 0xD9, 0x83, 0x1F, 0x19, 0xCD, 0xE0, 0x5B,
    ];

    /// <summary>Message word of each step: row r is the permutation of BLAKE3 applied r times.</summary>
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
        3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
        10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
        12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
        9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
        11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13,
    ];

    /// <summary>Replaces <paramref name="value"/> (32 bytes) by the chaining value after <paramref name="block"/> (64 bytes).</summary>
    public static void Compress(Span<byte> value, ReadOnlySpan<byte> block, ulong counter, int blockLength, uint flags)
    {
        Span<uint> state = stackalloc uint[StateWords];
        Mix(value, block, counter, blockLength, flags, state);
        for (int word = 0; word < 8; word++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(value[(4 * word)..], state[word] ^ state[word + 8]);
        }
    }

    /// <summary>Writes the 64 bytes of extended output that stand at <paramref name="counter"/> times 64.</summary>
    public static void CompressExtended(
        ReadOnlySpan<byte> value, ReadOnlySpan<byte> block, ulong counter, int blockLength, uint flags, Span<byte> output)
    {
        Span<uint> state = stackalloc uint[StateWords];
        Mix(value, block, counter, blockLength, flags, state);
        for (int word = 0; word < 8; word++)
        {
            uint chained = state[word + 8] ^ BinaryPrimitives.ReadUInt32LittleEndian(value[(4 * word)..]);
            BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * word)..], state[word] ^ state[word + 8]);
            BinaryPrimitives.WriteUInt32LittleEndian(output[(4 * (word + 8))..], chained);
        }
    }

    private static void Mix(
        ReadOnlySpan<byte> value, ReadOnlySpan<byte> block, ulong counter, int blockLength, uint flags, Span<uint> state)
    {
        Span<uint> words = stackalloc uint[StateWords];
        for (int word = 0; word < StateWords; word++)
        {
            words[word] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * word)..]);
        }

        for (int word = 0; word < 8; word++)
        {
            state[word] = BinaryPrimitives.ReadUInt32LittleEndian(value[(4 * word)..]);
        }

        for (int word = 0; word < 4; word++)
        {
            state[word + 8] = BinaryPrimitives.ReadUInt32LittleEndian(InitialValue[(4 * word)..]);
        }

        state[12] = (uint)counter;
        state[13] = (uint)(counter >> 32);
        state[14] = (uint)blockLength;
        state[15] = flags;
        for (int round = 0; round < Rounds; round++)
        {
            Round(state, words, Schedule.Slice(round * StateWords, StateWords));
        }
    }

    private static void Round(Span<uint> v, ReadOnlySpan<uint> m, ReadOnlySpan<byte> order)
    {
        QuarterRound(ref v[0], ref v[4], ref v[8], ref v[12], m[order[0]], m[order[1]]);
        QuarterRound(ref v[1], ref v[5], ref v[9], ref v[13], m[order[2]], m[order[3]]);
        QuarterRound(ref v[2], ref v[6], ref v[10], ref v[14], m[order[4]], m[order[5]]);
        QuarterRound(ref v[3], ref v[7], ref v[11], ref v[15], m[order[6]], m[order[7]]);
        QuarterRound(ref v[0], ref v[5], ref v[10], ref v[15], m[order[8]], m[order[9]]);
        QuarterRound(ref v[1], ref v[6], ref v[11], ref v[12], m[order[10]], m[order[11]]);
        QuarterRound(ref v[2], ref v[7], ref v[8], ref v[13], m[order[12]], m[order[13]]);
        QuarterRound(ref v[3], ref v[4], ref v[9], ref v[14], m[order[14]], m[order[15]]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterRound(ref uint a, ref uint b, ref uint c, ref uint d, uint x, uint y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 12);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 8);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 7);
    }
}
