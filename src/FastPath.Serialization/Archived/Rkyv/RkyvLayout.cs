using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived.Rkyv;

/// <summary>Where the fields stand in the root of an rkyv archive, in bytes from the start of the root.</summary>
/// <remarks>
/// rkyv 0.7, size_32, little-endian. The order of the fields is the declared one only for types that ask for it; else
/// the compiler picks one, and another compiler may pick another. A vector is {i32 relative to itself, u32 length}.
/// </remarks>
internal sealed record RkyvLayout
{
    /// <summary>Two enums of one variant each, a byte and its padding.</summary>
    public const int TagLength = sizeof(uint);

    private const int VectorLength = sizeof(int) + sizeof(uint);
    private const int WrappedLength = (2 * VectorLength) + Contracts.CodeHash.Length + ContractKey.Length;

    /// <summary>A contract container whose types keep the declared order.</summary>
    public static readonly RkyvLayout Declared = DeclaredAt(2);

    /// <summary>The inner contract of <see cref="Declared"/> alone.</summary>
    public static readonly RkyvLayout DeclaredInner = DeclaredAt(0);

    /// <summary>A contract container in the order of today's compiler.</summary>
    public static readonly RkyvLayout Reordered = ReorderedAt(2);

    /// <summary>The inner contract of <see cref="Reordered"/> alone.</summary>
    public static readonly RkyvLayout ReorderedInner = ReorderedAt(0);

    /// <summary>Tags in front of the fields, all of variant 0.</summary>
    public required int TagCount { get; init; }

    /// <summary>The vector of the code.</summary>
    public required int Code { get; init; }

    public required int CodeHash { get; init; }

    /// <summary>The vector of the parameters.</summary>
    public required int Parameters { get; init; }

    public required int Key { get; init; }

    /// <summary>Bytes of the root: the last ones of the archive.</summary>
    public int RootLength => (TagCount * TagLength) + WrappedLength;

    private static RkyvLayout DeclaredAt(int tagCount)
    {
        int start = tagCount * TagLength;
        int parameters = start + VectorLength + Contracts.CodeHash.Length;
        return new()
        {
            TagCount = tagCount,
            Code = start,
            CodeHash = start + VectorLength,
            Parameters = parameters,
            Key = parameters + VectorLength,
        };
    }

    private static RkyvLayout ReorderedAt(int tagCount)
    {
        int start = tagCount * TagLength;
        int code = start + ContractKey.Length + Contracts.CodeHash.Length;
        return new()
        {
            TagCount = tagCount,
            Key = start,
            CodeHash = start + ContractKey.Length,
            Code = code,
            Parameters = code + VectorLength,
        };
    }
}
