using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastPath.Serialization.Hashing;

/// <summary>Eight inputs side by side: AVX2.</summary>
// SAFETY: quads are read and written only where the caller of the width has proved that inputs and outputs lie.
internal readonly struct Blake3Lanes256 : IBlake3Lanes<Vector256<uint>>
{
    public static int Count => Vector256<uint>.Count;

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
        get => Vector256.IsHardwareAccelerated && Avx2.IsSupported && !HasRotation;
    }

    public static bool IsCrowded
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !HasRotation;
    }

    public static Vector256<uint> Broadcast(uint word) => Vector256.Create(word);

    public static Vector256<uint> Xor(Vector256<uint> left, Vector256<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void QuarterRound(
        ref Vector256<uint> a,
        ref Vector256<uint> b,
        ref Vector256<uint> c,
        ref Vector256<uint> d,
        ref readonly Vector256<uint> x,
        ref readonly Vector256<uint> y)
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
    public static Vector256<uint> LoadQuads(ref byte source, nint stride) =>
        Blake3Lanes128.LoadQuads(ref source, stride).ToVector256Unsafe()
            .WithUpper(Blake3Lanes128.LoadQuads(ref Unsafe.Add(ref source, 4 * stride), stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuads(Vector256<uint> quads, ref byte target, nint stride)
    {
        Blake3Lanes128.StoreQuads(quads.GetLower(), ref target, stride);
        Blake3Lanes128.StoreQuads(quads.GetUpper(), ref Unsafe.Add(ref target, 4 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(
        ref Vector256<uint> a, ref Vector256<uint> b, ref Vector256<uint> c, ref Vector256<uint> d)
    {
        if (Vector256.IsHardwareAccelerated && Avx2.IsSupported)
        {
            Vector256<ulong> abLow = Avx2.UnpackLow(a, b).AsUInt64();
            Vector256<ulong> abHigh = Avx2.UnpackHigh(a, b).AsUInt64();
            Vector256<ulong> cdLow = Avx2.UnpackLow(c, d).AsUInt64();
            Vector256<ulong> cdHigh = Avx2.UnpackHigh(c, d).AsUInt64();
            a = Avx2.UnpackLow(abLow, cdLow).AsUInt32();
            b = Avx2.UnpackHigh(abLow, cdLow).AsUInt32();
            c = Avx2.UnpackLow(abHigh, cdHigh).AsUInt32();
            d = Avx2.UnpackHigh(abHigh, cdHigh).AsUInt32();
        }
        else
        {
            (Vector128<uint> aLow, Vector128<uint> bLow, Vector128<uint> cLow, Vector128<uint> dLow) =
                (a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower());
            (Vector128<uint> aHigh, Vector128<uint> bHigh, Vector128<uint> cHigh, Vector128<uint> dHigh) =
                (a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper());
            Blake3Lanes128.Transpose(ref aLow, ref bLow, ref cLow, ref dLow);
            Blake3Lanes128.Transpose(ref aHigh, ref bHigh, ref cHigh, ref dHigh);
            a = Vector256.Create(aLow, aHigh);
            b = Vector256.Create(bLow, bHigh);
            c = Vector256.Create(cLow, cHigh);
            d = Vector256.Create(dLow, dHigh);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight(Vector256<uint> value, [ConstantExpected] byte count) =>
        HasRotation ? Avx512F.VL.RotateRight(value, count) : (value >>> count) | (value << (32 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight16(Vector256<uint> value)
    {
        Vector128<byte> order = Vector128.Create((byte)2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
        return IsShuffling
            ? Avx2.Shuffle(value.AsByte(), Vector256.Create(order, order)).AsUInt32()
            : RotateRight(value, 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight8(Vector256<uint> value)
    {
        Vector128<byte> order = Vector128.Create((byte)1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
        return IsShuffling
            ? Avx2.Shuffle(value.AsByte(), Vector256.Create(order, order)).AsUInt32()
            : RotateRight(value, 8);
    }
}
