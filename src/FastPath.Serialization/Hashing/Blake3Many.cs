using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastPath.Serialization.Hashing;

/// <summary>Chaining values of many chunks or parents, as wide as the mode allows and their number fills.</summary>
internal static class Blake3Many
{
    /// <summary>Writes the chaining value of each whole chunk.</summary>
    /// <param name="mode">Key, flags and width.</param>
    /// <param name="chunks">A multiple of 1,024 bytes. None may be the only chunk of its hash: that one is the root.</param>
    /// <param name="first">Number of the first chunk within the whole input.</param>
    /// <param name="values">32 bytes for each chunk.</param>
    public static void HashChunks(in Blake3Mode mode, ReadOnlySpan<byte> chunks, ulong first, Span<byte> values)
    {
        while (!chunks.IsEmpty)
        {
            int hashed = Pass(mode, chunks, Blake3Constants.ChunkBlocks, first, mode.Flags, values);
            chunks = chunks[(hashed * Blake3Constants.ChunkBytes)..];
            values = values[(hashed * Blake3Constants.ValueBytes)..];
            first += (uint)hashed;
        }
    }

    /// <summary>Writes the chaining value of each parent.</summary>
    /// <param name="mode">Key, flags and width.</param>
    /// <param name="children">Two values for each parent, 64 bytes. None of the parents may be the root.</param>
    /// <param name="values">32 bytes for each parent; may be the start of <paramref name="children"/>.</param>
    public static void HashParents(in Blake3Mode mode, ReadOnlySpan<byte> children, Span<byte> values)
    {
        while (!children.IsEmpty)
        {
            int hashed = Pass(mode, children, 1, 0, mode.Flags | Blake3Flags.Parent, values);
            children = children[(hashed * Blake3Constants.BlockBytes)..];
            values = values[(hashed * Blake3Constants.ValueBytes)..];
        }
    }

    /// <returns>How many inputs were hashed.</returns>
    private static int Pass(
        in Blake3Mode mode, ReadOnlySpan<byte> inputs, int blocks, ulong counter, uint flags, Span<byte> values)
    {
        int inputBytes = blocks * Blake3Constants.BlockBytes;
        int lanes = LanesFor(mode.Width, inputs.Length / inputBytes);
        Span<byte> output = values[..(lanes * Blake3Constants.ValueBytes)];
        if (lanes == 1)
        {
            HashOne(mode, inputs[..inputBytes], counter, flags, output);
            return 1;
        }

        // SAFETY: the slices prove as many inputs and values as there are lanes.
        ref byte from = ref MemoryMarshal.GetReference(inputs[..(lanes * inputBytes)]);
        ref byte to = ref MemoryMarshal.GetReference(output);
        ref byte key = ref MemoryMarshal.GetReference(mode.Key);
        switch ((Blake3Width)lanes)
        {
            case Blake3Width.Sixteen:
                Blake3Wide<Blake3Lanes512, Vector512<uint>>.Hash(ref from, blocks, ref key, counter, flags, ref to);
                break;
            case Blake3Width.Eight:
                Blake3Wide<Blake3Lanes256, Vector256<uint>>.Hash(ref from, blocks, ref key, counter, flags, ref to);
                break;
            default:
                Blake3Wide<Blake3Lanes128, Vector128<uint>>.Hash(ref from, blocks, ref key, counter, flags, ref to);
                break;
        }

        return lanes;
    }

    private static int LanesFor(Blake3Width width, int inputs) =>
        width >= Blake3Width.Sixteen && inputs >= 16 ? 16
        : width >= Blake3Width.Eight && inputs >= 8 ? 8
        : width >= Blake3Width.Four && inputs >= 4 ? 4
        : 1;

    private static void HashOne(
        in Blake3Mode mode, ReadOnlySpan<byte> input, ulong counter, uint flags, Span<byte> output)
    {
        // The output may lie over the input, so it is written last.
        Span<byte> value = stackalloc byte[Blake3Constants.ValueBytes];
        mode.Key.CopyTo(value);
        if (input.Length == Blake3Constants.BlockBytes)
        {
            Blake3Compression.Compress(mode.Width, value, input, counter, Blake3Constants.BlockBytes, flags);
        }
        else
        {
            Blake3Node.OfChunk(mode, input, counter).CopyValueTo(value);
        }

        value.CopyTo(output);
    }
}
