using System.Numerics;

namespace FastPath.Serialization.Hashing;

/// <summary>Incremental BLAKE3: plain, keyed or key-deriving, with output of any length.</summary>
/// <remarks>
/// Allocates nothing after construction. Not thread-safe. <see cref="Finish"/> changes no state, so a prefix can be read and
/// more be fed.
/// </remarks>
internal sealed class Blake3Hasher
{
    public const int ChunkBytes = 1_024;

    /// <summary>Bytes of the plain digest and of a key.</summary>
    public const int DigestBytes = Blake3Compression.ValueBytes;

    private const int ValueBytes = Blake3Compression.ValueBytes;
    private const int BlockBytes = Blake3Compression.BlockBytes;
    private const int DepthMax = 54;

    private readonly byte[] _key = new byte[ValueBytes];
    private readonly uint _flags;
    private readonly byte[] _stack = new byte[(DepthMax + 1) * ValueBytes];
    private readonly byte[] _value = new byte[ValueBytes];
    private readonly byte[] _block = new byte[BlockBytes];
    private int _stacked;
    private int _blockUsed;
    private int _blocksDone;
    private ulong _chunk;

    public Blake3Hasher()
        : this(Blake3Compression.InitialValue, 0)
    {
    }

    private Blake3Hasher(ReadOnlySpan<byte> key, uint flags)
    {
        key.CopyTo(_key);
        _flags = flags;
        Reset();
    }

    /// <summary>A hasher whose output depends on a secret key.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public static Blake3Hasher CreateKeyed(ReadOnlySpan<byte> key)
    {
        if (key.Length != ValueBytes)
        {
            throw new ArgumentException($"A BLAKE3 key has {ValueBytes} bytes, not {key.Length}.", nameof(key));
        }

        return new Blake3Hasher(key, Blake3Flags.KeyedHash);
    }

    /// <summary>A hasher that turns key material into a key for one purpose.</summary>
    /// <param name="context">The purpose in UTF-8: hard-coded, unique, never a peer's bytes.</param>
    public static Blake3Hasher CreateDeriveKey(ReadOnlySpan<byte> context)
    {
        Blake3Hasher contextHasher = new(Blake3Compression.InitialValue, Blake3Flags.DeriveKeyContext);
        contextHasher.Update(context);
        Span<byte> key = stackalloc byte[ValueBytes];
        contextHasher.Finish(key);
        return new Blake3Hasher(key, Blake3Flags.DeriveKeyMaterial);
    }

    /// <summary>The plain hash of <paramref name="input"/>; an output longer than 32 bytes is extended output.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Blake3Hasher hasher = new();
        hasher.Update(input);
        hasher.Finish(output);
    }

    /// <summary>Forgets all input; key and mode stay.</summary>
    public void Reset()
    {
        _stacked = 0;
        StartChunk(0);
    }

    public void Update(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            if (_blockUsed == BlockBytes)
            {
                CompressBlock();
            }

            int take = Math.Min(BlockBytes - _blockUsed, input.Length);
            input[..take].CopyTo(_block.AsSpan(_blockUsed));
            _blockUsed += take;
            input = input[take..];
        }
    }

    /// <summary>Writes the output for all input so far, as many bytes as asked for.</summary>
    public void Finish(Span<byte> output)
    {
        Span<byte> value = stackalloc byte[ValueBytes];
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        _value.CopyTo(value);
        _block.AsSpan(0, _blockUsed).CopyTo(block);
        int length = _blockUsed;
        ulong counter = _chunk;
        uint flags = _flags | StartFlag() | Blake3Flags.ChunkEnd;
        for (int depth = _stacked - 1; depth >= 0; depth--)
        {
            Blake3Compression.Compress(value, block, counter, length, flags);
            _stack.AsSpan(depth * ValueBytes, ValueBytes).CopyTo(block);
            value.CopyTo(block[ValueBytes..]);
            _key.CopyTo(value);
            length = BlockBytes;
            counter = 0;
            flags = _flags | Blake3Flags.Parent;
        }

        Span<byte> extended = stackalloc byte[BlockBytes];
        for (ulong position = 0; !output.IsEmpty; position++)
        {
            Blake3Compression.CompressExtended(value, block, position, length, flags | Blake3Flags.Root, extended);
            int take = Math.Min(BlockBytes, output.Length);
            extended[..take].CopyTo(output);
            output = output[take..];
        }
    }

    private uint StartFlag() => _blocksDone == 0 ? Blake3Flags.ChunkStart : 0;

    private void CompressBlock()
    {
        bool ends = _blocksDone == (ChunkBytes / BlockBytes) - 1;
        uint flags = _flags | StartFlag() | (ends ? Blake3Flags.ChunkEnd : 0);
        Blake3Compression.Compress(_value, _block, _chunk, BlockBytes, flags);
        _blocksDone++;
        _blockUsed = 0;
        if (ends)
        {
            PushChunk();
            StartChunk(_chunk + 1);
        }
    }

    private void PushChunk()
    {
        // Chunk n closes as many subtrees as n + 1 has trailing zero bits; more input follows, so none of them is the root.
        _value.CopyTo(_stack.AsSpan(_stacked * ValueBytes));
        _stacked++;
        Span<byte> parent = stackalloc byte[ValueBytes];
        for (int merges = BitOperations.TrailingZeroCount(_chunk + 1); merges > 0; merges--)
        {
            _key.CopyTo(parent);
            Span<byte> children = _stack.AsSpan((_stacked - 2) * ValueBytes, BlockBytes);
            Blake3Compression.Compress(parent, children, 0, BlockBytes, _flags | Blake3Flags.Parent);
            parent.CopyTo(children);
            _stacked--;
        }
    }

    private void StartChunk(ulong chunk)
    {
        _chunk = chunk;
        _blocksDone = 0;
        _blockUsed = 0;
        _key.CopyTo(_value.AsSpan());
    }
}
