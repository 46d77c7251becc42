using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace FastPath.Serialization.Hashing;

/// <summary>Sixteen inputs side by side: AVX-512.</summary>
// SAFETY: quads are read and written only where the caller of the width has proved that inputs and outputs lie.
internal readonly struct Blake3Lanes512 : IBlake3Lanes<Vector512<uint>>
{
    public static int Count => Vector512<uint>.Count;

    /// <summary>One instruction rotates.</summary>
    /// <remarks>IsHardwareAccelerated is constant also when compiled ahead of time; IsSupported alone is asked in the loop.</remarks>
    private static bool HasRotation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
    }

    public static bool IsCrowded
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !HasRotation;
    }

    public static Vector512<uint> Broadcast(uint word) => Vector512.Create(word);

    public static Vector512<uint> Xor(Vector512<uint> left, Vector512<uint> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void QuarterRound(
        ref Vector512<uint> a,
        ref Vector512<uint> b,
        ref Vector512<uint> c,
        ref Vector512<uint> d,
        ref readonly Vector512<uint> x,
        ref readonly Vector512<uint> y)
    {
        a = a + x + b;
        d = RotateRight(d ^ a, 16);
        c += d;
        b = RotateRight(b ^ c, 12);
        a = a + y + b;
        d = RotateRight(d ^ a, 8);
        c += d;
        b = RotateRight(b ^ c, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> LoadQuads(ref byte source, nint stride) =>
        Blake3Lanes256.LoadQuads(ref source, stride).ToVector512Unsafe()
            .WithUpper(Blake3Lanes256.LoadQuads(ref Unsafe.Add(ref source, 8 * stride), stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreQuads(Vector512<uint> quads, ref byte target, nint stride)
    {
        Blake3Lanes256.StoreQuads(quads.GetLower(), ref target, stride);
        Blake3Lanes256.StoreQuads(quads.GetUpper(), ref Unsafe.Add(ref target, 8 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(
        ref Vector512<uint> a, ref Vector512<uint> b, ref Vector512<uint> c, ref Vector512<uint> d)
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            Vector512<ulong> abLow = Avx512F.UnpackLow(a, b).AsUInt64();
            Vector512<ulong> abHigh = Avx512F.UnpackHigh(a, b).AsUInt64();
            Vector512<ulong> cdLow = Avx512F.UnpackLow(c, d).AsUInt64();
            Vector512<ulong> cdHigh = Avx512F.UnpackHigh(c, d).AsUInt64();
            a = Avx512F.UnpackLow(abLow, cdLow).AsUInt32();
            b = Avx512F.UnpackHigh(abLow, cdLow).AsUInt32();
            c = Avx512F.UnpackLow(abHigh, cdHigh).AsUInt32();
            d = Avx512F.UnpackHigh(abHigh, cdHigh).AsUInt32();
        }
        else
        {
            (Vector256<uint> aLow, Vector256<uint> bLow, Vector256<uint> cLow, Vector256<uint> dLow) =
                (a.GetLower(), b.GetLower(), c.GetLower(), d.GetLower());
            (Vector256<uint> aHigh, Vector256<uint> bHigh, Vector256<uint> cHigh, Vector256<uint> dHigh) =
                (a.GetUpper(), b.GetUpper(), c.GetUpper(), d.GetUpper());
            Blake3Lanes256.Transpose(ref aLow, ref bLow, ref cLow, ref dLow);
            Blake3Lanes256.Transpose(ref aHigh, ref bHigh, ref cHigh, ref dHigh);
            a = Vector512.Create(aLow, aHigh);
            b = Vector512.Create(bLow, bHigh);
            c = Vector512.Create(cLow, cHigh);
            d = Vector512.Create(dLow, dHigh);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> RotateRight(Vector512<uint> value, [ConstantExpected] byte count) =>
        HasRotation ? Avx512F.RotateRight(value, count) : (value >>> count) | (value << (32 - count));
}
