namespace FastPath.Serialization.Hashing;

/// <summary>How many inputs are hashed side by side at most.</summary>
/// <remarks>All widths give the same output on every processor, also where they are slow.</remarks>
internal enum Blake3Width
{
    /// <summary>One at a time, without vectors.</summary>
    Scalar = 1,

    /// <summary>128-bit vectors: SSE2 and later, AdvSimd.</summary>
    Four = 4,

    /// <summary>256-bit vectors: AVX2.</summary>
    Eight = 8,

    /// <summary>512-bit vectors: AVX-512.</summary>
    Sixteen = 16,
}
