using System.Buffers.Binary;
using System.IO.Hashing;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>Damaged files are reported with what and where, and never given as found.</summary>
public sealed class CorruptContractTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FileContractStore _store;
    private readonly SampleContract _contract = SampleContract.Create(1, 300, 50);
    private readonly string _path;
    private readonly byte[] _sound;

    public CorruptContractTests()
    {
        _store = FileContractStore.Open(_folder.Path);
        _contract.StoreIn(_store);
        _path = _folder.Contracts[0];
        _sound = File.ReadAllBytes(_path);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Every_flipped_bit_of_the_header_is_noticed()
    {
        for (int bit = 0; bit < 8 * ContractFileLayout.HeaderLength; bit++)
        {
            int at = bit / 8;
            CorruptContractException error = OpenChanged(bytes => bytes[at] ^= (byte)(1 << (bit % 8)));
            int expected = at < ContractFileLayout.VersionOffset ? ContractFileLayout.MagicOffset
                : at < ContractFileLayout.FlagsOffset ? ContractFileLayout.VersionOffset
                : ContractFileLayout.ChecksumOffset;
            Assert.Equal(expected, error.Offset);
            Assert.Equal(_path, error.File);
            Assert.NotEmpty(error.What);
        }
    }

    [Fact]
    public void Every_truncation_and_every_surplus_is_noticed()
    {
        for (int length = 0; length < _sound.Length; length++)
        {
            CorruptContractException error = OpenWith(_sound.AsSpan(0, length));
            Assert.Equal(length, error.Offset);
        }

        Assert.Equal(_sound.Length, OpenWith([.. _sound, 0]).Offset);
    }

    [Fact]
    public void Flipped_bits_of_the_parameters_are_noticed_when_opening_and_of_code_and_state_when_verifying()
    {
        int codeAt = ContractFileLayout.HeaderLength;
        int parametersAt = codeAt + _contract.Code.Length;
        int stateAt = parametersAt + _contract.Parameters.Length;
        for (int at = parametersAt; at < stateAt; at++)
        {
            Assert.Equal(parametersAt, OpenChanged(bytes => bytes[at] ^= 1).Offset);
        }

        Assert.Equal(codeAt, VerifyChanged(codeAt).Offset);
        Assert.Equal(codeAt, VerifyChanged(parametersAt - 1).Offset);
        Assert.Equal(stateAt, VerifyChanged(stateAt).Offset);
        Assert.Equal(stateAt, VerifyChanged(_sound.Length - 1).Offset);
    }

    [Theory]
    [InlineData(ContractFileLayout.CodeOffset)]
    [InlineData(ContractFileLayout.ParametersOffset)]
    [InlineData(ContractFileLayout.StateOffset)]
    public void A_section_outside_the_file_is_noticed_although_the_checksum_fits(int section)
    {
        (long Offset, long Length)[] ranges =
        [
            (0, 1), (-1, 1), (long.MinValue, 0), (long.MaxValue, long.MaxValue), (_sound.Length, 1), (_sound.Length + 1, 0),
            (ContractFileLayout.HeaderLength, _sound.Length), (ContractFileLayout.HeaderLength, -1),
            (ContractFileLayout.HeaderLength - 1, 1),
        ];
        foreach ((long offset, long length) in ranges)
        {
            CorruptContractException error = OpenChanged(bytes =>
            {
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(section), offset);
                BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(section + sizeof(long)), length);
                Seal(bytes);
            });
            Assert.Equal(section, error.Offset);
        }
    }

    [Fact]
    public void Bytes_and_flags_that_mean_nothing_are_zero_although_the_checksum_fits()
    {
        for (int at = ContractFileLayout.ReservedOffset; at < ContractFileLayout.ChecksumOffset; at++)
        {
            CorruptContractException error = OpenChanged(bytes =>
            {
                bytes[at] = 1;
                Seal(bytes);
            });
            Assert.Equal(at, error.Offset);
        }

        CorruptContractException unknown = OpenChanged(bytes =>
        {
            bytes[ContractFileLayout.FlagsOffset] |= 0x40;
            Seal(bytes);
        });
        Assert.Equal(ContractFileLayout.FlagsOffset, unknown.Offset);
    }

    [Fact]
    public void A_file_under_the_name_of_another_contract_is_noticed()
    {
        SampleContract other = SampleContract.Create(2, 10);
        other.StoreIn(_store);
        File.Copy(_path, _folder.Contracts.Single(path => path != _path), overwrite: true);
        CorruptContractException error = Assert.Throws<CorruptContractException>(() => _store.TryOpen(other.Id));
        Assert.Equal(ContractFileLayout.KeyOffset, error.Offset);
    }

    [Fact]
    public void A_corrupt_contract_is_repaired_by_storing_it_again_or_removed()
    {
        OpenChanged(bytes => bytes[0] ^= 1);
        Assert.Equal(_contract.Id, Assert.Single(_store.Enumerate()));
        _contract.StoreIn(_store);
        _contract.AssertIsIn(_store);
        OpenChanged(bytes => bytes[0] ^= 1);
        Assert.True(_store.Remove(_contract.Id));
        Assert.Null(_store.TryOpen(_contract.Id));
    }

    [Fact]
    public void Verifying_can_be_cancelled()
    {
        using StoredContract entry = _store.TryOpen(_contract.Id)!;
        Assert.Throws<OperationCanceledException>(() => entry.Verify(new CancellationToken(canceled: true)));
        entry.Verify();
    }

    [Fact]
    public void The_header_of_version_2_never_changes_and_that_of_version_1_is_still_read()
    {
        byte[] digest = [.. Enumerable.Range(0x40, 32).Select(i => (byte)i)];
        ContractKey key = ContractKey.Read([.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        var header = new ContractHeader(key, new(0x130, 5), new(0x100, 0x30), new(0x135, 2), digest, PayloadDigest: digest, StateVersion: 0x0102030405060708);
        byte[] bytes = new byte[ContractFileLayout.HeaderLength];
        header.Write(bytes, fileLength: 0x137);
        Assert.Equal(
            "66707374" + "6f72650a" + "02000000" + "03000000" + "3701000000000000"
            + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
            + "30010000000000000500000000000000" + "00010000000000003000000000000000" + "35010000000000000200000000000000"
            + "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
            + "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
            + "0807060504030201" + new string('0', 2 * 40),
            Convert.ToHexStringLower(bytes.AsSpan(0, ContractFileLayout.ChecksumOffset)));
        Assert.Equal(
            XxHash3.HashToUInt64(bytes.AsSpan(0, ContractFileLayout.ChecksumOffset)),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(ContractFileLayout.ChecksumOffset)));

        bytes[ContractFileLayout.VersionOffset] = 1;
        bytes.AsSpan(ContractFileLayout.StateVersionOffset, sizeof(ulong)).Clear();
        Seal(bytes);
        ContractHeader old = ContractHeader.Read(bytes, fileLength: 0x137, "old");
        Assert.Equal((key, 0UL, new BodySection(0x130, 5)), (old.Key, old.StateVersion, old.Code));
        Assert.Equal(digest, old.StateDigest!.Value.ToArray());
    }

    private static void Seal(byte[] bytes) => BinaryPrimitives.WriteUInt64LittleEndian(
        bytes.AsSpan(ContractFileLayout.ChecksumOffset),
        XxHash3.HashToUInt64(bytes.AsSpan(0, ContractFileLayout.ChecksumOffset)));

    private CorruptContractException OpenChanged(Action<byte[]> change)
    {
        byte[] bytes = [.. _sound];
        change(bytes);
        return OpenWith(bytes);
    }

    private CorruptContractException OpenWith(ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return Assert.Throws<CorruptContractException>(() => _store.TryOpen(_contract.Id));
    }

    private CorruptContractException VerifyChanged(int at)
    {
        byte[] bytes = [.. _sound];
        bytes[at] ^= 1;
        File.WriteAllBytes(_path, bytes);
        using StoredContract entry = _store.TryOpen(_contract.Id)!;
        return Assert.Throws<CorruptContractException>(() => entry.Verify());
    }
}
