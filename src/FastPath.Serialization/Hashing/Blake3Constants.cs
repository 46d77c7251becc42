namespace FastPath.Serialization.Hashing;

/// <summary>Sizes and tables of BLAKE3 (BLAKE3 paper, section 2).</summary>
internal static class Blake3Constants
{
    public const int BlockBytes = 64;

    public const int ChunkBytes = 1_024;

    public const int ChunkBlocks = ChunkBytes / BlockBytes;

    /// <summary>Bytes of a chaining value; also of the default digest and of a key.</summary>
    public const int ValueBytes = 32;

    /// <summary>Words of a block, and of the state of the compression function.</summary>
    public const int BlockWords = 16;

    public const int Rounds = 7;

    /// <summary>Levels of the greatest tree: 2^64 bytes are 2^54 chunks.</summary>
    public const int DepthMax = 54;

    /// <summary>The key of the unkeyed hash, as little-endian bytes.</summary>
    public static ReadOnlySpan<byte> InitialValue =>
    [
        0x67, 0xE6, 0x09, 0x6A, 0x85, 0xAE, 0x67, 0xBB, 0x72, 0xF3, 0x6E, 0x3C, 0x3A, 0xF5, 0x4F, 0xA5,
        0x7F, 0x52, 0x0E, 0x51, 0x8C, 0x68, 0x05, 0x9B, 0xAB, 0xD9, 0x83, 0x1F, 0x19, 0xCD, 0xE0, 0x5B,
    ];

    /// <summary>Message word of each step, times 16: row r is the permutation of BLAKE3 applied r times.</summary>
    /// <remarks>Times 16, because then base and scaled index address a vector in one instruction.</remarks>
    public static ReadOnlySpan<byte> Schedule =>
    [
        0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240,
        32, 96, 48, 160, 112, 0, 64, 208, 16, 176, 192, 80, 144, 224, 240, 128,
        48, 64, 160, 192, 208, 32, 112, 224, 96, 80, 144, 0, 176, 240, 128, 16,
        160, 112, 192, 144, 224, 48, 208, 240, 64, 0, 176, 32, 80, 128, 16, 96,
        192, 208, 144, 176, 240, 160, 224, 128, 112, 32, 80, 48, 0, 16, 96, 64,
        144, 224, 176, 80, 128, 192, 240, 16, 208, 48, 0, 160, 32, 96, 64, 112,
        176, 240, 80, 0, 16, 144, 128, 96, 224, 160, 32, 192, 48, 64, 112, 208,
    ];
}
