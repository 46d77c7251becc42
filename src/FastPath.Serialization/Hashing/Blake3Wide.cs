using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace FastPath.Serialization.Hashing;

/// <summary>BLAKE3 of several whole chunks, or several parents, side by side in the lanes of vectors.</summary>
/// <remarks>
/// The state of all inputs is sixteen vectors; the message words are transposed once a block into an aligned buffer on
/// the stack. Compiled optimized at once: the first tier is a hundred times slower on so many vectors.
/// </remarks>
/// <typeparam name="TLanes">The operations of one width.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
// SAFETY: the caller proves that Count inputs and Count values lie behind the two references; all else is read and
// written within the buffer, whose places are constants.
internal static class Blake3Wide<TLanes, TVector>
    where TLanes : struct, IBlake3Lanes<TVector>
    where TVector : unmanaged
{
    // The buffer, in vectors: message words, then the state that stands aside, then the counters.
    private const int AsidePlace = Blake3Constants.BlockWords;
    private const int CounterPlace = AsidePlace + 4;
    private const int Places = CounterPlace + 2;

    /// <summary>Writes the chaining values of as many inputs as there are lanes, one after the other.</summary>
    /// <param name="input">The inputs, one after the other: <paramref name="blocks"/> times 64 bytes each.</param>
    /// <param name="blocks">16 for chunks, 1 for parents.</param>
    /// <param name="key">32 bytes.</param>
    /// <param name="counter">Number of the first chunk; 0 for parents.</param>
    /// <param name="flags">Flags of every block.</param>
    /// <param name="output">32 bytes for each input; may be the start of a single-block input.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static unsafe void Hash(ref byte input, int blocks, ref byte key, ulong counter, uint flags, ref byte output)
    {
        // SAFETY: one vector more than used, so that the start can be moved up to a whole vector; the stack does not move.
        int vectorBytes = Unsafe.SizeOf<TVector>();
        byte* buffer = stackalloc byte[(Places + 1) * vectorBytes];
        ref TVector m = ref Unsafe.AsRef<TVector>((void*)(((nint)buffer + vectorBytes - 1) & -vectorBytes));
        bool areChunks = blocks > 1;
        WriteCounters(ref Unsafe.Add(ref m, CounterPlace), counter, areChunks ? 1u : 0);
        TVector v0 = Word(ref key, 0), v1 = Word(ref key, 1), v2 = Word(ref key, 2), v3 = Word(ref key, 3);
        TVector v4 = Word(ref key, 4), v5 = Word(ref key, 5), v6 = Word(ref key, 6), v7 = Word(ref key, 7);
        uint blockFlags = areChunks ? flags | Blake3Flags.ChunkStart : flags;
        for (int block = 1; block <= blocks; block++)
        {
            if (areChunks)
            {
                Prefetch(ref input, block);
            }

            LoadBlocks(ref input, blocks * Blake3Constants.BlockBytes, ref m);
            input = ref Unsafe.Add(ref input, Blake3Constants.BlockBytes);
            blockFlags |= areChunks && block == blocks ? Blake3Flags.ChunkEnd : 0;
            ref byte start = ref MemoryMarshal.GetReference(Blake3Constants.InitialValue);
            TVector v8 = Word(ref start, 0), v9 = Word(ref start, 1);
            TVector v10 = Word(ref start, 2), v11 = Word(ref start, 3);
            TVector v12 = Unsafe.Add(ref m, CounterPlace), v13 = Unsafe.Add(ref m, CounterPlace + 1);
            TVector v14 = TLanes.Broadcast(Blake3Constants.BlockBytes), v15 = TLanes.Broadcast(blockFlags);
            ref TVector aside = ref Unsafe.Add(ref m, AsidePlace);
            if (TLanes.IsCrowded)
            {
                (aside, Unsafe.Add(ref aside, 1)) = (v8, v9);
                (Unsafe.Add(ref aside, 2), Unsafe.Add(ref aside, 3)) = (v10, v11);
            }

            // SAFETY: the schedule has a row of sixteen places within the message words for each round.
            ref byte order = ref MemoryMarshal.GetReference(Blake3Constants.Schedule);
            for (int round = 0; round < Blake3Constants.Rounds; round++)
            {
                Step(ref v0, ref v4, ref v8, ref v12, ref m, 0, ref order);
                Step(ref v1, ref v5, ref v9, ref v13, ref m, 1, ref Unsafe.Add(ref order, 2));
                Step(ref v2, ref v6, ref v10, ref v14, ref m, 2, ref Unsafe.Add(ref order, 4));
                Step(ref v3, ref v7, ref v11, ref v15, ref m, 3, ref Unsafe.Add(ref order, 6));
                Step(ref v0, ref v5, ref v10, ref v15, ref m, 2, ref Unsafe.Add(ref order, 8));
                Step(ref v1, ref v6, ref v11, ref v12, ref m, 3, ref Unsafe.Add(ref order, 10));
                Step(ref v2, ref v7, ref v8, ref v13, ref m, 0, ref Unsafe.Add(ref order, 12));
                Step(ref v3, ref v4, ref v9, ref v14, ref m, 1, ref Unsafe.Add(ref order, 14));
                order = ref Unsafe.Add(ref order, Blake3Constants.BlockWords);
            }

            if (TLanes.IsCrowded)
            {
                (v8, v9) = (aside, Unsafe.Add(ref aside, 1));
                (v10, v11) = (Unsafe.Add(ref aside, 2), Unsafe.Add(ref aside, 3));
            }

            (v0, v1, v2, v3) = (TLanes.Xor(v0, v8), TLanes.Xor(v1, v9), TLanes.Xor(v2, v10), TLanes.Xor(v3, v11));
            (v4, v5, v6, v7) = (TLanes.Xor(v4, v12), TLanes.Xor(v5, v13), TLanes.Xor(v6, v14), TLanes.Xor(v7, v15));
            blockFlags = flags;
        }

        StoreHalves(v0, v1, v2, v3, ref output);
        StoreHalves(v4, v5, v6, v7, ref Unsafe.Add(ref output, Blake3Constants.ValueBytes / 2));
    }

    /// <summary>One G. Where registers are short, the third row of the state lives in memory between two steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        ref TVector a, ref TVector b, ref TVector c, ref TVector d, ref TVector m, int column, ref byte order)
    {
        if (TLanes.IsCrowded)
        {
            c = Unsafe.Add(ref m, AsidePlace + column);
        }

        nuint scale = (nuint)Unsafe.SizeOf<TVector>() / 16;
        ref TVector x = ref Unsafe.AddByteOffset(ref m, order * scale);
        ref TVector y = ref Unsafe.AddByteOffset(ref m, Unsafe.Add(ref order, 1) * scale);
        TLanes.QuarterRound(ref a, ref b, ref c, ref d, ref x, ref y);
        if (TLanes.IsCrowded)
        {
            Unsafe.Add(ref m, AsidePlace + column) = c;
        }
    }

    /// <summary>Word <paramref name="index"/> of a value, the same in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Word(ref byte value, int index) =>
        TLanes.Broadcast(Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref value, index * sizeof(uint))));

    /// <summary>Low halves of the lanes' counters, then the high halves.</summary>
    private static void WriteCounters(ref TVector counters, ulong first, uint step)
    {
        // SAFETY: a vector has exactly Count words, and two vectors are there.
        ref uint words = ref Unsafe.As<TVector, uint>(ref counters);
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            ulong counter = first + ((uint)lane * step);
            Unsafe.Add(ref words, lane) = (uint)counter;
            Unsafe.Add(ref words, TLanes.Count + lane) = (uint)(counter >> 32);
        }
    }

    /// <summary>Asks for the blocks four further on: so many streams at once escape the processor's own prefetcher.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref byte input, int block)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        // SAFETY: a prefetch reads nothing and faults nowhere; if the input is moved meanwhile, it is merely useless. Behind
        // the last block of a chunk stands the next lane's chunk, read long ago: there the next pass is meant.
        const int BlocksAhead = 4;
        bool isNextPass = block + BlocksAhead > Blake3Constants.ChunkBlocks;
        int nextPass = isNextPass ? (TLanes.Count - 1) * Blake3Constants.ChunkBytes : 0;
        byte* ahead = (byte*)Unsafe.AsPointer(ref input) + (BlocksAhead * Blake3Constants.BlockBytes) + nextPass;
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            Sse.Prefetch0(ahead + (lane * Blake3Constants.ChunkBytes));
        }
    }

    /// <summary>Vector w becomes word w of one block of every input.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadBlocks(ref byte input, nint stride, ref TVector words)
    {
        for (int quarter = 0; quarter < 4; quarter++)
        {
            ref byte source = ref Unsafe.Add(ref input, quarter * 16);
            ref TVector target = ref Unsafe.Add(ref words, quarter * 4);
            TVector a = TLanes.LoadQuads(ref source, stride);
            TVector b = TLanes.LoadQuads(ref Unsafe.Add(ref source, stride), stride);
            TVector c = TLanes.LoadQuads(ref Unsafe.Add(ref source, 2 * stride), stride);
            TVector d = TLanes.LoadQuads(ref Unsafe.Add(ref source, 3 * stride), stride);
            TLanes.Transpose(ref a, ref b, ref c, ref d);
            (target, Unsafe.Add(ref target, 1), Unsafe.Add(ref target, 2), Unsafe.Add(ref target, 3)) = (a, b, c, d);
        }
    }

    /// <summary>Four words of every chaining value to their 16 bytes in each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreHalves(TVector a, TVector b, TVector c, TVector d, ref byte output)
    {
        const int Stride = Blake3Constants.ValueBytes;
        TLanes.Transpose(ref a, ref b, ref c, ref d);
        TLanes.StoreQuads(a, ref output, Stride);
        TLanes.StoreQuads(b, ref Unsafe.Add(ref output, Stride), Stride);
        TLanes.StoreQuads(c, ref Unsafe.Add(ref output, 2 * Stride), Stride);
        TLanes.StoreQuads(d, ref Unsafe.Add(ref output, 3 * Stride), Stride);
    }
}
