using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>The header of a contract file, version 2: little-endian, before the sections, written last.</summary>
/// <remarks>
/// A section is {offset u64, length u64} from the start of the file, in whatever order the sections came. Bytes that mean
/// nothing are zero. Version 1, which is still read, has no version of the state: it counts as 0. The checksum is the unseeded XXH3-64 of all bytes before it, so no flipped bit goes unnoticed.
/// </remarks>
internal static class ContractFileLayout
{
    public const int MagicOffset = 0;
    public const int VersionOffset = MagicOffset + sizeof(ulong);
    public const int FlagsOffset = VersionOffset + sizeof(uint);
    public const int FileLengthOffset = FlagsOffset + sizeof(uint);
    public const int KeyOffset = FileLengthOffset + sizeof(ulong);
    public const int CodeOffset = KeyOffset + ContractKey.Length;
    public const int ParametersOffset = CodeOffset + SectionLength;
    public const int StateOffset = ParametersOffset + SectionLength;
    public const int StateDigestOffset = StateOffset + SectionLength;
    public const int PayloadDigestOffset = StateDigestOffset + Blake3Hasher.DigestBytes;
    public const int StateVersionOffset = PayloadDigestOffset + Blake3Hasher.DigestBytes;
    public const int ReservedOffset = StateVersionOffset + sizeof(ulong);
    public const int ChecksumOffset = HeaderLength - sizeof(ulong);
    public const int HeaderLength = 256;

    public const int SectionLength = 2 * sizeof(ulong);

    public const uint VersionOldest = 1;
    public const uint Version = 2;
    public const uint VersionWithStateVersion = 2;
    public const uint StateFlag = 1;
    public const uint PayloadDigestFlag = 2;

    public static ReadOnlySpan<byte> Magic => "fpstore\n"u8;
}
