namespace FastPath.LegacyNode;

/// <summary>A contract as an old node keeps it.</summary>
public sealed record OldContract(byte[] Code, byte[] CodeHash, byte[] Parameters, byte[] Instance, byte[] State)
{
    /// <summary>Instance and code hash: 64 bytes.</summary>
    public byte[] Key => [.. Instance, .. CodeHash];

    internal static OldContract Read(ref OldReader reader)
    {
        reader.U32();
        reader.U32();
        byte[] code = reader.Counted();
        byte[] hash = reader.Take(32).ToArray();
        byte[] parameters = reader.Counted();
        byte[] instance = reader.Take(32).ToArray();
        reader.Take(32);
        return new OldContract(code, hash, parameters, instance, []);
    }

    internal void Write(OldWriter writer) =>
        writer.U32(0).U32(0).Counted(Code).Bytes(CodeHash).Counted(Parameters).Bytes(Key);
}
