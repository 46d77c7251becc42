using System.Buffers.Binary;
using System.IO.Hashing;
using FastPath.Fuzz.Oracles;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Stores;

namespace FastPath.Fuzz.Targets;

/// <summary>
/// The first bytes of a contract file, as they are and with frame and checksum made right, so that what lies behind
/// them is reached. Layout: what the file has in bytes, i64; its first bytes.
/// </summary>
internal sealed class StoreHeaderTarget : IFuzzTarget
{
    private const string File = "contract";

    private readonly byte[] _repaired = new byte[ContractFileLayout.HeaderLength];
    private readonly byte[] _first = new byte[ContractFileLayout.HeaderLength];
    private readonly byte[] _second = new byte[ContractFileLayout.HeaderLength];

    public string Name => "store-header";

    /// <summary>Mostly the exceptions: here they are the typed result.</summary>
    public long AllocatedBytesMax => 64 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            var key = ContractKey.Read([.. Enumerable.Repeat((byte)5, ContractKey.Length)]);
            byte[] digest = [.. Enumerable.Repeat((byte)6, Blake3Hasher.DigestBytes)];
            const long At = ContractFileLayout.HeaderLength;
            var bare = new ContractHeader(key, new(At, 10), new(At + 10, 4), null, null, null);
            yield return ("contract", Write(bare, At + 14));
            yield return ("contract-cut", Write(bare, At + 14)[..200]);
            yield return ("negative-file-length", Write(bare, -1));
            yield return ("empty-sections", Write(bare with { Code = new(At, 0), Parameters = new(At, 0) }, At));
            yield return ("with-state", Write(
                bare with { State = new(At + 14, 3), StateDigest = digest, PayloadDigest = digest }, At + 17));
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        if (input.Length < sizeof(long))
        {
            return Outcome.Of(-1);
        }

        // A file is at least as long as what was read of it.
        long fileLength = BinaryPrimitives.ReadInt64LittleEndian(input) & long.MaxValue;
        ReadOnlySpan<byte> header = Outcome.Cut(input[sizeof(long)..], ContractFileLayout.HeaderLength);
        fileLength = Math.Max(fileLength, header.Length);
        long asItIs = Check(header, fileLength);
        fileLength = Math.Max(fileLength, ContractFileLayout.HeaderLength);
        Repair(header, fileLength);
        return Outcome.Of(asItIs, Check(_repaired, fileLength));
    }

    private void Repair(ReadOnlySpan<byte> header, long fileLength)
    {
        _repaired.AsSpan().Clear();
        header.CopyTo(_repaired);
        ContractFileLayout.Magic.CopyTo(_repaired);
        BinaryPrimitives.WriteUInt32LittleEndian(
            _repaired.AsSpan(ContractFileLayout.VersionOffset), ContractFileLayout.Version);
        BinaryPrimitives.WriteInt64LittleEndian(_repaired.AsSpan(ContractFileLayout.FileLengthOffset), fileLength);
        BinaryPrimitives.WriteUInt64LittleEndian(
            _repaired.AsSpan(ContractFileLayout.ChecksumOffset),
            XxHash3.HashToUInt64(_repaired.AsSpan(0, ContractFileLayout.ChecksumOffset)));
    }

    private long Check(ReadOnlySpan<byte> header, long fileLength)
    {
        ContractHeader read;
        try
        {
            read = ContractHeader.Read(header, fileLength, File);
        }
        catch (CorruptContractException e)
        {
            OracleException.Require(e.Offset >= 0 && e.Offset <= fileLength, $"the damage lies outside: {e.Message}");
            return Math.Min(e.Offset, ContractFileLayout.HeaderLength);
        }

        foreach (BodySection section in (ReadOnlySpan<BodySection>)
            [read.Code, read.Parameters, read.State ?? new(ContractFileLayout.HeaderLength, 0)])
        {
            OracleException.Require(
                section.Offset >= ContractFileLayout.HeaderLength && section.Length >= 0
                && section.Length <= fileLength - section.Offset,
                "a section lies outside the file");
        }

        read.Write(_first, fileLength);
        ContractHeader.Read(_first, fileLength, File).Write(_second, fileLength);
        OracleException.Require(_first.AsSpan().SequenceEqual(_second), "the header comes back as another one");
        return -2 - (read.State is null ? 0 : 1) - (read.PayloadDigest is null ? 0 : 2);
    }

    private static byte[] Write(ContractHeader header, long fileLength)
    {
        byte[] bytes = new byte[sizeof(long) + ContractFileLayout.HeaderLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, fileLength);
        header.Write(bytes.AsSpan(sizeof(long)), fileLength);
        return bytes;
    }
}
