using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastPath.Serialization.Hashing;

/// <summary>One compression with the 4×4 state as four 128-bit rows: for inputs too few to stand side by side.</summary>
// SAFETY: words are read only from the 64 bytes of a block, at the places that the schedule names.
internal static class Blake3Rows
{
    /// <param name="value">The chaining value before: 32 bytes.</param>
    /// <param name="block">64 bytes.</param>
    /// <param name="counter">Chunk number, or block of the extended output.</param>
    /// <param name="blockLength">Bytes of the block that are input.</param>
    /// <param name="flags">See <see cref="Blake3Flags"/>.</param>
    /// <param name="output">Receives the new chaining value, 32 bytes; may be <paramref name="value"/>.</param>
    /// <param name="upper">Receives the second half of extended output; empty when there is none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(
        ReadOnlySpan<byte> value,
        ReadOnlySpan<byte> block,
        ulong counter,
        int blockLength,
        uint flags,
        Span<byte> output,
        Span<byte> upper)
    {
        Vector128<uint> low = Vector128.Create(value[..16]).AsUInt32();
        Vector128<uint> high = Vector128.Create(value[16..]).AsUInt32();
        Vector128<uint> a = low;
        Vector128<uint> b = high;
        Vector128<uint> c = Vector128.Create(Blake3Constants.InitialValue).AsUInt32();
        Vector128<uint> d = Vector128.Create((uint)counter, (uint)(counter >> 32), (uint)blockLength, flags);

        // SAFETY: the slice proves 64 bytes; every entry of the schedule is 16 times a word number below 16.
        ref byte m = ref MemoryMarshal.GetReference(block[..Blake3Constants.BlockBytes]);
        ref byte order = ref MemoryMarshal.GetReference(Blake3Constants.Schedule);
        for (int round = 0; round < Blake3Constants.Rounds; round++)
        {
            Vector128<uint> x = Gather(ref m, ref order);
            Vector128<uint> y = Gather(ref m, ref Unsafe.Add(ref order, 1));
            Blake3Lanes128.QuarterRound(ref a, ref b, ref c, ref d, in x, in y);
            b = Vector128.Shuffle(b, Vector128.Create(1u, 2, 3, 0));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(3u, 0, 1, 2));
            x = Gather(ref m, ref Unsafe.Add(ref order, 8));
            y = Gather(ref m, ref Unsafe.Add(ref order, 9));
            Blake3Lanes128.QuarterRound(ref a, ref b, ref c, ref d, in x, in y);
            b = Vector128.Shuffle(b, Vector128.Create(3u, 0, 1, 2));
            c = Vector128.Shuffle(c, Vector128.Create(2u, 3, 0, 1));
            d = Vector128.Shuffle(d, Vector128.Create(1u, 2, 3, 0));
            order = ref Unsafe.Add(ref order, Blake3Constants.BlockWords);
        }

        (a ^ c).AsByte().CopyTo(output);
        (b ^ d).AsByte().CopyTo(output[16..]);
        if (!upper.IsEmpty)
        {
            (c ^ low).AsByte().CopyTo(upper);
            (d ^ high).AsByte().CopyTo(upper[16..]);
        }
    }

    /// <summary>The message words of four columns or diagonals, whose places in the schedule are two apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Gather(ref byte m, ref byte order) => Vector128.Create(
        Word(ref m, order),
        Word(ref m, Unsafe.Add(ref order, 2)),
        Word(ref m, Unsafe.Add(ref order, 4)),
        Word(ref m, Unsafe.Add(ref order, 6)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(ref byte m, byte place) =>
        Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref m, place >> 2));
}
