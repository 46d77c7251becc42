using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived.FlatBuffers;

/// <summary>Reads a contract from a FlatBuffer in place, in whatever order it was written.</summary>
/// <remarks>
/// <code>
/// table ContractCode { data:[ubyte]; code_hash:[ubyte]; }
/// table ContractInstanceId { data:[ubyte]; }
/// table ContractKey { instance:ContractInstanceId; code:[ubyte]; }
/// table WasmContractV1 { data:ContractCode; parameters:[ubyte]; key:ContractKey; }
/// union ContractType { WasmContractV1 }
/// table ContractContainer { contract:ContractType; }
/// root_type ContractContainer;
/// </code>
/// A walk, not a verification: it checks what it follows. Two fields may overlap; each is inside the buffer.
/// </remarks>
internal readonly ref struct FlatContractView : IArchivedView
{
    public const int UnionTypeSlot = 0;
    public const byte WasmContractV1 = 1;
    public const int CodeSlot = 0;
    public const int ParametersSlot = 1;
    public const int KeySlot = 2;
    public const int CodeDataSlot = 0;
    public const int CodeHashSlot = 1;
    public const int KeyInstanceSlot = 0;
    public const int KeyCodeSlot = 1;
    public const int InstanceDataSlot = 0;

    private readonly ReadOnlySpan<byte> _prefix;
    private readonly long _totalLength;

    /// <param name="prefix">The first bytes of the buffer.</param>
    /// <param name="totalLength">Bytes of the whole buffer.</param>
    public FlatContractView(ReadOnlySpan<byte> prefix, long totalLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(totalLength, prefix.Length);
        _prefix = prefix;
        _totalLength = totalLength;
    }

    /// <summary>Reads a whole buffer; bodies are slices of it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> buffer, out ContractContainer? contract, out ArchiveError error) =>
        ArchivedBodies.TryRead(buffer, new FlatContractView(buffer.Span, buffer.Length), out contract, out error);

    public DecodeStatus Find(ArchivedField field, out ArchivedRange range, out ArchiveError error)
    {
        var walk = new FlatWalk(_prefix, _totalLength);
        long contract = walk.Union(walk.Root(), UnionTypeSlot, WasmContractV1);
        range = field switch
        {
            ArchivedField.KeyInstance => walk.Vector(
                walk.Table(walk.Table(contract, KeySlot), KeyInstanceSlot),
                InstanceDataSlot,
                ContractInstanceId.Length),
            ArchivedField.KeyCode => walk.Vector(walk.Table(contract, KeySlot), KeyCodeSlot, CodeHash.Length),
            ArchivedField.CodeHash => walk.Vector(walk.Table(contract, CodeSlot), CodeHashSlot, CodeHash.Length),
            ArchivedField.Parameters => walk.Vector(contract, ParametersSlot),
            ArchivedField.Code => walk.Vector(walk.Table(contract, CodeSlot), CodeDataSlot),
            _ => walk.Missing(),
        };
        error = walk.Error;
        return walk.Status;
    }

    public DecodeStatus Read(ArchivedField field, out ReadOnlySpan<byte> bytes, out ArchiveError error)
    {
        DecodeStatus status = Find(field, out ArchivedRange range, out error);
        bool isThere = range.TrySlice(_prefix, 0, out bytes);
        return status == DecodeStatus.Done && !isThere ? DecodeStatus.NeedMoreData : status;
    }
}
