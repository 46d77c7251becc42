using FastPath.Protocol.Frames;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>
/// Metadata of a stream that carries a contract. Layout: purpose, transaction 16, key 64, form, code length, parameters
/// length, state length + 1 (0: no state), the lengths as variable-length integers.
/// </summary>
internal readonly record struct ContractStreamHeader(Purpose Purpose, UInt128 Transaction, ContractOutline Contract)
{
    private const int LengthMax = OperationHeader.Length + ContractKey.Length + 1 + (3 * VarInt.MaxLength);

    /// <summary>False for another purpose, and for what is no such header; an unknown form is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> metadata, Purpose purpose, out ContractStreamHeader header)
    {
        header = default;
        var reader = new FrameReader(metadata);
        if (!OperationHeader.TryRead(ref reader, purpose, out UInt128 transaction)
            || !reader.TryReadBytes(ContractKey.Length, out ReadOnlySpan<byte> key)
            || !reader.TryReadByte(out byte form)
            || form > (byte)ContractForm.Archived
            || !reader.TryReadOffset(out long codeLength)
            || !reader.TryReadOffset(out long parametersLength)
            || !reader.TryReadOffset(out long stateLength))
        {
            return false;
        }

        var contract = new ContractOutline(
            ContractKey.Read(key), (ContractForm)form, codeLength, parametersLength, stateLength == 0 ? null : stateLength - 1);
        header = new ContractStreamHeader(purpose, transaction, contract);
        return true;
    }

    public byte[] ToBytes()
    {
        Span<byte> space = stackalloc byte[LengthMax];
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, Purpose, Transaction);
        Contract.Key.Write(writer.Reserve(ContractKey.Length));
        writer.WriteByte((byte)Contract.Form);
        writer.WriteOffset(Contract.CodeLength);
        writer.WriteOffset(Contract.ParametersLength);
        writer.WriteOffset(Contract.StateLength is { } length ? length + 1 : 0);
        return space[..writer.Position].ToArray();
    }
}
