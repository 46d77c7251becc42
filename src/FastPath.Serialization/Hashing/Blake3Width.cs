using System.Runtime.Intrinsics;

namespace FastPath.Serialization.Hashing;

/// <summary>How many inputs are hashed side by side at most. All widths give the same output, also where they are slow.</summary>
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

/// <summary>What this processor is good at.</summary>
internal static class Blake3Widths
{
    /// <summary>The greatest width with hardware behind it; the vector code is written for little-endian processors.</summary>
    public static Blake3Width Best =>
        !BitConverter.IsLittleEndian ? Blake3Width.Scalar
        : Vector512.IsHardwareAccelerated ? Blake3Width.Sixteen
        : Vector256.IsHardwareAccelerated ? Blake3Width.Eight
        : Vector128.IsHardwareAccelerated ? Blake3Width.Four
        : Blake3Width.Scalar;
}
