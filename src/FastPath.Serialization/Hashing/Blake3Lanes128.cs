using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace FastPath.Serialization.Hashing;

/// <summary>Four inputs side by side: SSE2 and later, AdvSimd.</summary>
// SAFETY: quads are read and written only where the caller of the width has proved that inputs and outputs lie.
internal readonly struct Blake3Lanes128 : IBlake3Lanes<Vector128<uint>>
{
    public static int Count => Vector128<uint>.Count;

    /// <summary>One instruction rotates.</summary>
    /// <remarks>IsHardwareAccelerated is constant also when compiled ahead of time; IsSupported alone is asked in the loop.</remarks>
    private static bool HasRotation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512F.VL.IsSupported;
    }

    /// <summary>Without a rotate instruction, one byte shuffle beats two shifts and an or.</summary>
    private static bool IsShuffling
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Vector256.IsHardwareAccelerated || AdvSimd.IsSupported) && !HasRotation;
    }

    public static bool IsCrowded
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => X86Base.IsSupported && !HasRotation;
    }

    public static Vector128<uint> Broadcast(uint word) => Vector128.Create(word);

    public static Vector128<uint> Xor(Vector128<uint> left, Vector128<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void QuarterRound(
        ref Vector128<uint> a,
        ref Vector128<uint> b,
        ref Vector128<uint> c,
        ref Vector128<uint> d,
        ref readonly Vector128<uint> x,
        ref readonly Vector128<uint> y)
    {
        a = a + x + b;
        d = RotateRight16(d ^ a);
        c += d;
        b = RotateRight(b ^ c, 12);
        a = a + y + b;
        d = RotateRight8(d ^ a);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<uint> LoadQuads(ref byte source, nint stride) =>
        Vector128.LoadUnsafe(ref source).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuads(Vector128<uint> quads, ref byte target, nint stride) =>
        quads.AsByte().StoreUnsafe(ref target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(
        ref Vector128<uint> a, ref Vector128<uint> b, ref Vector128<uint> c, ref Vector128<uint> d)
    {
        Vector128<ulong> abLow = InterleaveLow(a, b).AsUInt64();
        Vector128<ulong> abHigh = InterleaveHigh(a, b).AsUInt64();
        Vector128<ulong> cdLow = InterleaveLow(c, d).AsUInt64();
        Vector128<ulong> cdHigh = InterleaveHigh(c, d).AsUInt64();
        a = Vector128.Create(abLow.GetLower(), cdLow.GetLower()).AsUInt32();
        b = Vector128.Create(abLow.GetUpper(), cdLow.GetUpper()).AsUInt32();
        c = Vector128.Create(abHigh.GetLower(), cdHigh.GetLower()).AsUInt32();
        d = Vector128.Create(abHigh.GetUpper(), cdHigh.GetUpper()).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> InterleaveLow(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(left, right)
        : Vector128.Create(left[0], right[0], left[1], right[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> InterleaveHigh(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(left, right)
        : Vector128.Create(left[2], right[2], left[3], right[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight(Vector128<uint> value, [ConstantExpected] byte count) =>
        HasRotation ? Avx512F.VL.RotateRight(value, count) : (value >>> count) | (value << (32 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight16(Vector128<uint> value) =>
        IsShuffling
            ? Vector128.Shuffle(
                value.AsByte(), Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)).AsUInt32()
            : RotateRight(value, 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> RotateRight8(Vector128<uint> value) =>
        IsShuffling
            ? Vector128.Shuffle(
                value.AsByte(), Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)).AsUInt32()
            : RotateRight(value, 8);
}
