using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using FastPath.Serialization.Hashing;
using Org.BouncyCastle.Crypto.Digests;

namespace FastPath.Benchmarks.Hashing;

/// <summary>
/// BLAKE3 of 1 MiB: at every width this processor accelerates, in pieces, by verified groups; beside another implementation
/// and a plain copy. One operation is 1 KiB, so GB/s are 1,024 divided by the nanoseconds.
/// </summary>
[MinColumn]
public class Blake3Benchmarks
{
    private const int PayloadBytes = 1_024 * 1_024;
    private const int Operations = PayloadBytes / 1_024;

    /// <summary>More than the caches hold.</summary>
    private const int LargeBytes = 64 * PayloadBytes;
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;

    private readonly byte[] _payload = new byte[PayloadBytes];
    private readonly byte[] _copy = new byte[PayloadBytes];
    private readonly byte[] _digest = new byte[Blake3Hasher.DigestBytes];
    private readonly Blake3Hasher _hasher = new();
    private readonly Blake3Digest _other = new();
    private byte[] _large = [];
    private int _at;

    public static IEnumerable<int> Lanes
    {
        get
        {
            yield return (int)Blake3Width.Scalar;
            yield return (int)Blake3Width.Four;
            if (Vector256.IsHardwareAccelerated)
            {
                yield return (int)Blake3Width.Eight;
            }

            if (Vector512.IsHardwareAccelerated)
            {
                yield return (int)Blake3Width.Sixteen;
            }
        }
    }

    [GlobalSetup]
    public void Setup() => new Random(1).NextBytes(_payload);

    [GlobalSetup(Target = nameof(FromMemory))]
    public void SetupLarge()
    {
        _large = new byte[LargeBytes];
        new Random(1).NextBytes(_large);
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [ArgumentsSource(nameof(Lanes))]
    public byte OneShot(int lanes)
    {
        Blake3Hasher.Hash((Blake3Width)lanes, _payload, _digest);
        return _digest[0];
    }

    /// <summary>Every call another megabyte, which no cache holds any more.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public byte FromMemory()
    {
        Blake3Hasher.Hash(_large.AsSpan(_at, PayloadBytes), _digest);
        _at = (_at + PayloadBytes) % LargeBytes;
        return _digest[0];
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    [Arguments(1_200)]
    [Arguments(16_384)]
    public byte InPieces(int pieceBytes)
    {
        _hasher.Reset();
        for (int at = 0; at < PayloadBytes; at += pieceBytes)
        {
            _hasher.Update(_payload.AsSpan(at, Math.Min(pieceBytes, PayloadBytes - at)));
        }

        _hasher.Finish(_digest);
        return _digest[0];
    }

    /// <summary>What a receiver does that verifies each group as it comes, apart from the 0.4 % of proof nodes.</summary>
    [Benchmark(OperationsPerInvoke = Operations)]
    public byte ByGroup()
    {
        for (int at = 0; at < PayloadBytes; at += GroupBytes)
        {
            Blake3Groups.WriteValue(_payload.AsSpan(at, GroupBytes), at / GroupBytes, isRoot: false, _digest);
        }

        return _digest[0];
    }

    [Benchmark(OperationsPerInvoke = Operations)]
    public byte BouncyCastle()
    {
        _other.BlockUpdate(_payload, 0, PayloadBytes);
        _other.DoFinal(_digest, 0);
        return _digest[0];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public byte Copy()
    {
        _payload.AsSpan().CopyTo(_copy);
        return _copy[0];
    }
}
