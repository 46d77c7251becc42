using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>The last compression of a chunk or a parent, not yet made: it gives a chaining value or the output.</summary>
internal struct Blake3Node
{
    private readonly Blake3Width _width;
    private readonly uint _flags;
    private readonly int _blockLength;
    private readonly ulong _counter;
    private Blake3Value _value;
    private BlockBuffer _block;

    private Blake3Node(in Blake3Mode mode, ReadOnlySpan<byte> block, ulong counter, uint flags)
    {
        _width = mode.Width;
        _flags = mode.Flags | flags;
        _blockLength = block.Length;
        _counter = counter;
        _value = Blake3Value.From(mode.Key);
        block.CopyTo(_block);
    }

    /// <summary>A chunk of up to 1,024 bytes.</summary>
    public static Blake3Node OfChunk(in Blake3Mode mode, ReadOnlySpan<byte> chunk, ulong number)
    {
        int wholeBlocks = Math.Max(chunk.Length - 1, 0) / Blake3Constants.BlockBytes;
        int whole = wholeBlocks * Blake3Constants.BlockBytes;
        uint startFlag = wholeBlocks == 0 ? Blake3Flags.ChunkStart : 0;
        Blake3Node node = new(mode, chunk[whole..], number, startFlag | Blake3Flags.ChunkEnd);
        uint flags = mode.Flags | Blake3Flags.ChunkStart;
        for (int at = 0; at < whole; at += Blake3Constants.BlockBytes)
        {
            ReadOnlySpan<byte> block = chunk.Slice(at, Blake3Constants.BlockBytes);
            Blake3Compression.Compress(mode.Width, node._value, block, number, block.Length, flags);
            flags = mode.Flags;
        }

        return node;
    }

    /// <param name="mode">Key, flags and width.</param>
    /// <param name="children">The chaining values of both children: 64 bytes.</param>
    public static Blake3Node OfParent(in Blake3Mode mode, ReadOnlySpan<byte> children) =>
        new(mode, children[..Blake3Constants.BlockBytes], 0, Blake3Flags.Parent);

    public readonly void CopyValueTo(Span<byte> value)
    {
        Blake3Value result = _value;
        Blake3Compression.Compress(_width, result, _block, _counter, _blockLength, _flags);
        ((ReadOnlySpan<byte>)result).CopyTo(value);
    }

    /// <summary>Takes this node as the root and writes as much output as asked for.</summary>
    public readonly void WriteOutput(Span<byte> output)
    {
        Span<byte> extended = stackalloc byte[Blake3Constants.BlockBytes];
        for (ulong position = 0; !output.IsEmpty; position++)
        {
            Blake3Compression.CompressExtended(
                _width, _value, _block, position, _blockLength, _flags | Blake3Flags.Root, extended);
            int take = Math.Min(Blake3Constants.BlockBytes, output.Length);
            extended[..take].CopyTo(output);
            output = output[take..];
        }
    }

    [InlineArray(Blake3Constants.BlockBytes)]
    private struct BlockBuffer
    {
        private byte _first;
    }
}
