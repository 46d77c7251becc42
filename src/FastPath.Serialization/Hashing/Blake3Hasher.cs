using System.Runtime.CompilerServices;

namespace FastPath.Serialization.Hashing;

/// <summary>Incremental BLAKE3: plain, keyed or key-deriving, with output of any length.</summary>
/// <remarks>
/// Allocates nothing after construction. Not thread-safe. <see cref="Finish"/> changes no state, so the digest of a
/// prefix can be read and more be fed. Whole passes are hashed where they lie; smaller pieces are collected until the
/// vectors are full (16 KiB with AVX-512), so that a stream of packets is hashed nearly as fast as one large buffer. An
/// instance takes about 22 KB with AVX-512.
/// </remarks>
internal sealed class Blake3Hasher
{
    /// <summary>Bytes of the plain digest and of a key.</summary>
    public const int DigestBytes = Blake3Constants.ValueBytes;

    private const int BufferedChunksMin = 4;

    private readonly Blake3Mode _mode;
    private readonly byte[] _buffer;
    private Blake3Tree _tree;
    private int _buffered;

    public Blake3Hasher()
        : this(Blake3Widths.Best)
    {
    }

    internal Blake3Hasher(Blake3Width width)
        : this(Blake3Mode.Plain(width))
    {
    }

    private Blake3Hasher(in Blake3Mode mode)
    {
        _mode = mode;
        _buffer = GC.AllocateUninitializedArray<byte>(
            Math.Max((int)mode.Width, BufferedChunksMin) * Blake3Constants.ChunkBytes);
    }

    /// <summary>A hasher whose output depends on a secret key.</summary>
    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public static Blake3Hasher CreateKeyed(ReadOnlySpan<byte> key) => CreateKeyed(key, Blake3Widths.Best);

    internal static Blake3Hasher CreateKeyed(ReadOnlySpan<byte> key, Blake3Width width)
    {
        if (key.Length != Blake3Constants.ValueBytes)
        {
            throw new ArgumentException(
                $"A BLAKE3 key has {Blake3Constants.ValueBytes} bytes, not {key.Length}.", nameof(key));
        }

        return new Blake3Hasher(new Blake3Mode(key, Blake3Flags.KeyedHash, width));
    }

    /// <summary>A hasher that turns key material into a key for one purpose.</summary>
    /// <param name="context">The purpose in UTF-8: hard-coded, unique, never a peer's bytes.</param>
    public static Blake3Hasher CreateDeriveKey(ReadOnlySpan<byte> context) =>
        CreateDeriveKey(context, Blake3Widths.Best);

    internal static Blake3Hasher CreateDeriveKey(ReadOnlySpan<byte> context, Blake3Width width)
    {
        Span<byte> key = stackalloc byte[Blake3Constants.ValueBytes];
        Hash(new Blake3Mode(Blake3Constants.InitialValue, Blake3Flags.DeriveKeyContext, width), context, key);
        return new Blake3Hasher(new Blake3Mode(key, Blake3Flags.DeriveKeyMaterial, width));
    }

    /// <summary>The plain hash of the input; an output longer than 32 bytes is extended output.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output) => Hash(Blake3Widths.Best, input, output);

    internal static void Hash(Blake3Width width, ReadOnlySpan<byte> input, Span<byte> output) =>
        Hash(Blake3Mode.Plain(width), input, output);

    /// <summary>Forgets all input; key and mode stay.</summary>
    public void Reset()
    {
        _tree.Reset();
        _buffered = 0;
    }

    public void Update(ReadOnlySpan<byte> input)
    {
        if (_buffered > 0)
        {
            int take = Math.Min(_buffer.Length - _buffered, input.Length);
            input[..take].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += take;
            input = input[take..];
            if (_buffered < _buffer.Length)
            {
                return;
            }

            _tree.AddChunks(_mode, _buffer);
            _buffered = 0;
        }

        int whole = input.Length - (input.Length % _buffer.Length);
        _tree.AddChunks(_mode, input[..whole]);
        input = input[whole..];
        input.CopyTo(_buffer);
        _buffered = input.Length;
    }

    /// <summary>Writes the output for all input so far, as many bytes as asked for.</summary>
    public void Finish(Span<byte> output)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(0, _buffered);
        if (_tree.ChunkCount == 0 && rest.Length <= Blake3Constants.ChunkBytes)
        {
            Blake3Node.OfChunk(_mode, rest, 0).WriteOutput(output);
        }
        else
        {
            Blake3Tree tree = _tree;
            Finish(_mode, ref tree, rest, output);
        }
    }

    private static void Hash(in Blake3Mode mode, ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.Length <= Blake3Constants.ChunkBytes)
        {
            Blake3Node.OfChunk(mode, input, 0).WriteOutput(output);
        }
        else
        {
            HashTree(mode, input, output);
        }
    }

    [SkipLocalsInit]
    private static void HashTree(in Blake3Mode mode, ReadOnlySpan<byte> input, Span<byte> output)
    {
        // SAFETY: a tree reads no byte of its buffers before it has written it. To clear 6 KB first would cost as much
        // as to hash a small input.
        Unsafe.SkipInit(out Blake3Tree tree);
        tree.Reset();
        Finish(mode, ref tree, input, output);
    }

    private static void Finish(in Blake3Mode mode, ref Blake3Tree tree, ReadOnlySpan<byte> rest, Span<byte> output)
    {
        int whole = rest.Length - (rest.Length % Blake3Constants.ChunkBytes);
        tree.AddChunks(mode, rest[..whole]);
        tree.Finish(mode, rest[whole..]).WriteOutput(output);
    }
}
