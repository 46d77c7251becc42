using System.Runtime.Intrinsics;

namespace FastPath.Serialization.Hashing;

/// <summary>What this processor is good at.</summary>
internal static class Blake3Widths
{
    /// <summary>The greatest width with hardware behind it.</summary>
    /// <remarks>The vector code is written for little-endian processors.</remarks>
    public static Blake3Width Best =>
        !BitConverter.IsLittleEndian ? Blake3Width.Scalar
        : Vector512.IsHardwareAccelerated ? Blake3Width.Sixteen
        : Vector256.IsHardwareAccelerated ? Blake3Width.Eight
        : Vector128.IsHardwareAccelerated ? Blake3Width.Four
        : Blake3Width.Scalar;
}
