using FastPath.Protocol.Frames;
using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>What is known of a contract before any of its body has come. A claim of the sender until the content is verified.</summary>
/// <param name="Key">Instance and code hash.</param>
/// <param name="Form">Layout of the payload.</param>
/// <param name="CodeLength">Bytes.</param>
/// <param name="ParametersLength">Bytes.</param>
/// <param name="StateLength">Bytes; null when no state is sent.</param>
/// <param name="StateVersion">Counts up with every state that its owner makes; at most <see cref="StateVersionMax"/>.</param>
internal readonly record struct ContractOutline(
    ContractKey Key, ContractForm Form, long CodeLength, long ParametersLength, long? StateLength, ulong StateVersion = 0)
{
    /// <summary>What a variable-length integer can say.</summary>
    public const ulong StateVersionMax = (1UL << 62) - 1;

    private const int LengthMax = ContractKey.Length + 1 + (4 * VarInt.MaxLength);

    /// <summary>Bytes of the longest encoded form.</summary>
    public static int EncodedLengthMax => LengthMax;

    /// <summary>False for what is none; an unknown form is none.</summary>
    public static bool TryRead(ref FrameReader reader, out ContractOutline outline)
    {
        outline = default;
        if (!reader.TryReadBytes(ContractKey.Length, out ReadOnlySpan<byte> key)
            || !reader.TryReadByte(out byte form)
            || form > (byte)ContractForm.Archived
            || !reader.TryReadOffset(out long codeLength)
            || !reader.TryReadOffset(out long parametersLength)
            || !reader.TryReadOffset(out long stateLength)
            || !reader.TryReadVarInt(out ulong stateVersion))
        {
            return false;
        }

        outline = new ContractOutline(
            ContractKey.Read(key),
            (ContractForm)form,
            codeLength,
            parametersLength,
            stateLength == 0 ? null : stateLength - 1,
            stateVersion);
        return true;
    }

    public void Write(ref FrameWriter writer)
    {
        Key.Write(writer.Reserve(ContractKey.Length));
        writer.WriteByte((byte)Form);
        writer.WriteOffset(CodeLength);
        writer.WriteOffset(ParametersLength);
        writer.WriteOffset(StateLength is { } length ? length + 1 : 0);
        writer.WriteVarInt(StateVersion);
    }
}
