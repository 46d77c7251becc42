using System.Runtime.CompilerServices;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using Google.FlatBuffers;

namespace FastPath.Benchmarks.Serialization;

/// <summary>The contract and the state that every form is measured with, and forms that are only read.</summary>
internal static class ArchivedSamples
{
    public const int CodeBytes = 1_024 * 1_024;
    public const int ParametersBytes = 48;

    /// <summary>Bytes of a stream that fit one packet.</summary>
    public const int PieceBytes = 1_130;

    private static readonly byte[] Code = Random(1, CodeBytes);
    private static readonly byte[] Parameters = Random(2, ParametersBytes);

    public static ContractContainer Contract { get; } =
        ContractContainer.FromCode(new MemoryBody(Code), new MemoryBody(Parameters));

    public static WrappedState State { get; } = new(new MemoryBody(Random(3, CodeBytes)));

    private static byte[] KeyBytes { get; } = Key();

    public static byte[] Drain(StreamingSerializer serializer)
    {
        byte[] bytes = new byte[serializer.Length];
        serializer.Read(bytes);
        return bytes;
    }

    /// <summary>Writes a value as it leaves in packets: each piece into the same buffer.</summary>
    /// <remarks>A call of its own, else the serializer may lie on the stack in one run and not in another.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long WritePieces(StreamingSerializer serializer, byte[] piece)
    {
        long written = 0;
        for (int length; (length = serializer.Read(piece)) > 0;)
        {
            written += length;
        }

        return written;
    }

    /// <summary>Joins what comes in packets, which a form needs that is read as a whole.</summary>
    public static void Gather(byte[] source, byte[] destination)
    {
        for (int at = 0; at < source.Length; at += PieceBytes)
        {
            int length = Math.Min(PieceBytes, source.Length - at);
            source.AsSpan(at, length).CopyTo(destination.AsSpan(at));
        }
    }

    /// <summary>An archive whose types keep the declared order.</summary>
    public static byte[] Rkyv()
    {
        RkyvLayout layout = RkyvLayout.Declared;
        byte[] archive = new byte[CodeBytes + ParametersBytes + layout.RootLength];
        Contract.Code.Data.Read(0, archive.AsSpan(0, CodeBytes));
        Contract.Parameters.Bytes.Read(0, archive.AsSpan(CodeBytes, ParametersBytes));
        Span<byte> root = archive.AsSpan(CodeBytes + ParametersBytes);
        WriteVector(root, layout.Code, CodeBytes + ParametersBytes, CodeBytes);
        WriteVector(root, layout.Parameters, ParametersBytes, ParametersBytes);
        Contract.Code.Hash.Write(root[layout.CodeHash..]);
        Contract.Key.Write(root[layout.Key..]);
        return archive;
    }

    /// <summary>
    /// The contract through the library of FlatBuffers, code first, into a buffer that need not grow; how long it is.
    /// </summary>
    public static int WriteByLibrary()
    {
        var builder = new FlatBufferBuilder(CodeBytes + 1_024);
        int codeTable = Table(builder, Vector(builder, Code), Vector(builder, KeyBytes[ContractInstanceId.Length..]));
        int parameters = Vector(builder, Parameters);
        int instance = Table(builder, Vector(builder, KeyBytes[..ContractInstanceId.Length]));
        int key = Table(builder, instance, Vector(builder, KeyBytes[ContractInstanceId.Length..]));
        int contract = Table(builder, codeTable, parameters, key);
        builder.StartTable(2);
        builder.AddOffset(1, contract, 0);
        builder.AddByte(0, FlatContractView.WasmContractV1, 0);
        builder.Finish(builder.EndTable());
        return builder.Offset;
    }

    private static int Table(FlatBufferBuilder builder, params ReadOnlySpan<int> fields)
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

    private static void WriteVector(Span<byte> root, int at, int distance, int length)
    {
        BitConverter.TryWriteBytes(root[at..], -(distance + at));
        BitConverter.TryWriteBytes(root[(at + sizeof(int))..], length);
    }

    private static byte[] Key()
    {
        byte[] bytes = new byte[ContractKey.Length];
        Contract.Key.Write(bytes);
        return bytes;
    }

    private static byte[] Random(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
