using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using Google.FlatBuffers;

namespace FastPath.Serialization.Tests.Archived;

/// <summary>
/// The schema of <see cref="FlatContractView"/> written and read through the library of the format itself.
/// </summary>
internal static class FlatBufferOracle
{
    private const short FirstSlot = 4;

    /// <summary>Creates the code first, or the key.</summary>
    public static byte[] Write(ContractContainer contract, bool keyFirst)
    {
        var builder = new FlatBufferBuilder((int)contract.Code.Data.Length + 1_024);
        int key = keyFirst ? Key(builder, contract.Key) : 0;
        int data = Vector(builder, Bytes(contract.Code.Data));
        int hash = Vector(builder, Bytes(contract.Code.Hash));
        int code = Table(builder, data, hash);
        int parameters = Vector(builder, Bytes(contract.Parameters.Bytes));
        key = keyFirst ? key : Key(builder, contract.Key);
        int wasm = Table(builder, code, parameters, key);
        builder.StartTable(2);
        builder.AddOffset(1, wasm, 0);
        builder.AddByte(0, FlatContractView.WasmContractV1, 0);
        builder.Finish(builder.EndTable());
        return builder.SizedByteArray();
    }

    public static byte[] Write(WrappedState state)
    {
        var builder = new FlatBufferBuilder(1_024);
        builder.Finish(Table(builder, Vector(builder, Bytes(state.Bytes))));
        return builder.SizedByteArray();
    }

    /// <summary>False when the library's verifier refuses the buffer; for some it throws.</summary>
    /// <remarks>It hands on another byte than the type of the union, so <see cref="Read"/> checks that one.</remarks>
    public static bool Verify(byte[] buffer)
    {
        try
        {
            return new Verifier(new ByteBuffer(buffer)).VerifyBuffer(
                null,
                false,
                (verifier, root) => verifier.VerifyTableStart(root)
                    && verifier.VerifyField(root, FirstSlot, 1, 1, true)
                    && verifier.VerifyUnion(
                        root, FirstSlot, FirstSlot + 2, (inner, _, table) => VerifyContract(inner, table), true)
                    && verifier.VerifyTableEnd(root));
        }
        catch (Exception refusal) when (refusal is OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            return false;
        }
    }

    /// <summary>The five vectors in the order code, hash, parameters, instance, code hash of the key.</summary>
    public static byte[][] Read(byte[] buffer)
    {
        var bytes = new ByteBuffer(buffer);
        var root = new Table(bytes.GetInt(0), bytes);
        Assert.Equal(1, bytes.Get(root.__offset(4) + root.bb_pos));
        Table contract = root.__union<Wasm>(root.__offset(6) + root.bb_pos).Table;
        Table code = Inner(contract, 4);
        Table key = Inner(contract, 8);
        return
        [
            Vector(code, 4), Vector(code, 6), Vector(contract, 6), Vector(Inner(key, 4), 4), Vector(key, 6),
        ];
    }

    private static bool VerifyContract(Verifier verifier, uint table) =>
        verifier.VerifyTableStart(table)
        && verifier.VerifyTable(table, FirstSlot, VerifyTwoVectors, true)
        && verifier.VerifyVectorOfData(table, FirstSlot + 2, 1, true)
        && verifier.VerifyTable(table, FirstSlot + 4, VerifyKey, true)
        && verifier.VerifyTableEnd(table);

    private static bool VerifyTwoVectors(Verifier verifier, uint table) =>
        verifier.VerifyTableStart(table)
        && verifier.VerifyVectorOfData(table, FirstSlot, 1, true)
        && verifier.VerifyVectorOfData(table, FirstSlot + 2, 1, true)
        && verifier.VerifyTableEnd(table);

    private static bool VerifyKey(Verifier verifier, uint table) =>
        verifier.VerifyTableStart(table)
        && verifier.VerifyTable(
            table,
            FirstSlot,
            (inner, instance) => inner.VerifyTableStart(instance)
                && inner.VerifyVectorOfData(instance, FirstSlot, 1, true)
                && inner.VerifyTableEnd(instance),
            true)
        && verifier.VerifyVectorOfData(table, FirstSlot + 2, 1, true)
        && verifier.VerifyTableEnd(table);

    private static int Key(FlatBufferBuilder builder, ContractKey key)
    {
        byte[] bytes = new byte[ContractKey.Length];
        key.Write(bytes);
        int instance = Table(builder, Vector(builder, bytes[..ContractInstanceId.Length]));
        return Table(builder, instance, Vector(builder, bytes[ContractInstanceId.Length..]));
    }

    private static int Table(FlatBufferBuilder builder, params int[] fields)
    {
        builder.StartTable(fields.Length);
        for (int slot = fields.Length - 1; slot >= 0; slot--)
        {
            builder.AddOffset(slot, fields[slot], 0);
        }

        return builder.EndTable();
    }

    private static int Vector(FlatBufferBuilder builder, byte[] bytes)
    {
        builder.StartVector(1, bytes.Length, 1);
        builder.Add(bytes);
        return builder.EndVector().Value;
    }

    private static Table Inner(Table table, int vtableOffset) =>
        new(table.__indirect(table.__offset(vtableOffset) + table.bb_pos), table.bb);

    private static byte[] Vector(Table table, int vtableOffset)
    {
        int offset = table.__offset(vtableOffset);
        return table.bb.ToSizedArray().AsSpan(table.__vector(offset), table.__vector_len(offset)).ToArray();
    }

    private static byte[] Bytes(IBody body)
    {
        byte[] bytes = new byte[body.Length];
        body.Read(0, bytes);
        return bytes;
    }

    private static byte[] Bytes(CodeHash hash)
    {
        byte[] bytes = new byte[CodeHash.Length];
        hash.Write(bytes);
        return bytes;
    }

    private struct Wasm : IFlatbufferObject
    {
        public Table Table;

        public readonly ByteBuffer ByteBuffer => Table.bb;

        public void __init(int position, ByteBuffer bytes) => Table = new Table(position, bytes);
    }
}
