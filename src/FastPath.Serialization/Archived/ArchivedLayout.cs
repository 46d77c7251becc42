using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived;

/// <summary>FastPath's archived form, version 1: what describes the contract first, then what is long.</summary>
/// <remarks>
/// Little-endian. The head has 128 bytes; parameters, code and state follow in this order, each padded with zeros to 8
/// bytes. So there is no offset to be trusted: positions follow from the three lengths. What is absent has length and
/// hash zero. Every value has exactly one archive.
/// <code>
///   0  4 "fpar"    4  2 version    6  2 contents: 1 contract, 2 state
///   8  8 length of the parameters  16  8 of the code  24  8 of the state
///  32 64 key: instance, code hash  96 32 hash that stands beside the code
/// 128 parameters, code, state
/// </code>
/// </remarks>
internal static class ArchivedLayout
{
    public const int VersionOffset = 4;
    public const int ContentsOffset = VersionOffset + sizeof(ushort);
    public const int ParametersLengthOffset = ContentsOffset + sizeof(ushort);
    public const int CodeLengthOffset = ParametersLengthOffset + sizeof(ulong);
    public const int StateLengthOffset = CodeLengthOffset + sizeof(ulong);
    public const int KeyOffset = StateLengthOffset + sizeof(ulong);
    public const int CodeHashOffset = KeyOffset + ContractKey.Length;
    public const int HeadLength = CodeHashOffset + CodeHash.Length;

    public const ushort Version = 1;
    public const ushort ContractContent = 1;
    public const ushort StateContent = 2;

    /// <summary>Sections begin at multiples of this.</summary>
    public const int Alignment = sizeof(ulong);

    /// <summary>Above this a length is an error: so the sum of all stays a long.</summary>
    public const ulong SectionLengthMax = 1UL << 60;

    public static ReadOnlySpan<byte> Magic => "fpar"u8;

    /// <summary>Zeros behind a section of this length.</summary>
    public static int PaddingOf(long length) => (int)(-length & (Alignment - 1));
}
