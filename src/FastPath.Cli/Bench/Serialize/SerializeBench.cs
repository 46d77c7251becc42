using System.Diagnostics;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;

namespace FastPath.Cli.Bench.Serialize;

/// <summary>Writes, parses and hashes one contract again and again, a fragment at a time, from and to warm pinned memory.</summary>
internal static class SerializeBench
{
    public const int FragmentBytes = 1_130;

    private const int Rounds = 21;
    private const int AccessRounds = 1_000_000;
    private const int FixedBytes = 1_024;

    // Code hash, parameters with their length, and the key.
    private const int FixedBehindCode = CodeHash.Length + sizeof(ulong) + ParametersBytes + ContractKey.Length;
    private const int ParametersBytes = 32;

    public static SerializeReport Run(int size)
    {
        byte[] code = GC.AllocateArray<byte>(size, pinned: true);
        new Random(1).NextBytes(code);
        byte[] target = GC.AllocateArray<byte>(size + FixedBytes, pinned: true);
        byte[] sunk = GC.AllocateArray<byte>(size, pinned: true);
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(code), new MemoryBody(new byte[ParametersBytes]));
        StreamingSerializer bincode = contract.StartSerialize();
        StreamingSerializer archived = new ArchivedContract(contract).StartSerialize();
        var hasher = new Blake3Hasher();
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        Write(bincode, target);
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        Write(bincode, target);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        var sink = new CopyingSink(sunk);

        // Interleaved, so that a slow phase of the machine falls on all alike.
        var write = new double[Rounds];
        var parse = new double[Rounds];
        var writeArchived = new double[Rounds];
        var hash = new double[Rounds];
        var copy = new double[Rounds];
        var copyParsed = new double[Rounds];
        int codeOffset = (int)(bincode.Length - contract.Code.Data.Length - FixedBehindCode);
        for (int i = 0; i < Rounds; i++)
        {
            copy[i] = Rate(size, () => Copy(code, target, from: 0));
            writeArchived[i] = Rate(size, () => Write(archived, target));
            write[i] = Rate(size, () => Write(bincode, target));
            parse[i] = Rate(size, () => Parse(target.AsSpan(0, (int)bincode.Length), sink));
            copyParsed[i] = Rate(size, () => Copy(target, sunk, codeOffset));
            hash[i] = Rate(size, () =>
            {
                hasher.Reset();
                hasher.Update(code);
                hasher.Finish(digest);
            });
        }

        Write(archived, target);
        return new SerializeReport
        {
            SizeBytes = size,
            WriteMegabytesPerSecond = Median(write),
            ParseMegabytesPerSecond = Median(parse),
            ArchivedWriteMegabytesPerSecond = Median(writeArchived),
            ArchivedAccessNanoseconds = MeasureAccess(target.AsSpan(0, (int)archived.Length)),
            PeakBufferBytes = bincode.Length - contract.Code.Data.Length,
            AllocatedBytes = allocated,
            Blake3MegabytesPerSecond = Median(hash),
            CopyMegabytesPerSecond = Median(copy),
            CopyOfParsedMegabytesPerSecond = Median(copyParsed),
        };
    }

    private static void Write(StreamingSerializer serializer, byte[] target)
    {
        serializer.Position = 0;
        for (int offset = 0, count; (count = serializer.Read(target.AsSpan(offset, Math.Min(FragmentBytes, target.Length - offset)))) > 0;)
        {
            offset += count;
        }
    }

    private static void Copy(byte[] source, byte[] target, int from)
    {
        int length = Math.Min(source.Length - from, target.Length);
        for (int offset = 0; offset < length; offset += FragmentBytes)
        {
            int count = Math.Min(FragmentBytes, length - offset);
            source.AsSpan(from + offset, count).CopyTo(target.AsSpan(offset));
        }
    }

    private static void Parse(ReadOnlySpan<byte> bytes, CopyingSink sink)
    {
        sink.Reset();
        StreamingDeserializer parser = ContractContainer.StartDeserialize(sink, totalLength: bytes.Length);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(FragmentBytes, bytes.Length);
            parser.Push(bytes[..count]);
            bytes = bytes[count..];
        }

        if (parser.Finish() != DecodeStatus.Done)
        {
            throw new InvalidOperationException($"what was written cannot be read: {parser.Error}");
        }
    }

    private static double MeasureAccess(ReadOnlySpan<byte> archive)
    {
        byte seen = 0;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < AccessRounds; i++)
        {
            if (ArchivedContractView.TryRead(archive, out ArchivedContractView view, out _) != DecodeStatus.Done)
            {
                throw new InvalidOperationException("what was written cannot be read");
            }

            seen ^= view.KeyBytes[0];
        }

        GC.KeepAlive(seen);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / AccessRounds;
    }

    private static double Rate(int bytes, Action action)
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private sealed class CopyingSink(byte[] target) : IContractSink
    {
        private int _position;

        public void Reset() => _position = 0;

        void IContractSink.OnCode(ReadOnlySpan<byte> piece)
        {
            piece.CopyTo(target.AsSpan(_position));
            _position += piece.Length;
        }
    }
}
