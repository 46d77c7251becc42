using System.Buffers.Binary;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived.FlatBuffers;

/// <summary>
/// Writes a contract as the FlatBuffer of <see cref="FlatContractView"/>, from the front and piece by piece: the order
/// in which the code was created first, so that it lies last.
/// </summary>
/// <remarks>
/// Builders of FlatBuffers write from the back into one array; this one knows every position beforehand. A is 156 and
/// the parameters, rounded up to 4:
/// <code>
///   0 offset of the root      4 vtable of the container (8)    12 container (12), padding (2)
///  26 vtable of the contract (10)   36 contract (16)           52 key (12)
///  64 code hash of the key (36)    102 vtable of the instance (6)    108 instance (8)   116 its bytes (36)
/// 152 parameters             A vtable of code and key (8)      A+8 code (12)   A+20 code hash (36)   A+56 code
/// </code>
/// </remarks>
internal static class FlatContractWriter
{
    private const int FrontLength = 156;
    private const int CodeFrontLength = 60;
    private const int ContractToCode = 40;
    private const int Key = 52;
    private const int KeyCodeBytes = 68;
    private const int InstanceBytes = 120;
    private const int ParametersLength = 152;

    private static ReadOnlySpan<byte> Front =>
    [
        12, 0, 0, 0, /* container */ 8, 0, 14, 0, 7, 0, 8, 0, /* itself */ 8, 0, 0, 0, 0, 0, 0, 1, 16, 0, 0, 0,
        0, 0, /* contract */ 10, 0, 16, 0, 4, 0, 8, 0, 12, 0,
        /* itself */ 10, 0, 0, 0, 0, 0, 0, 0, 108, 0, 0, 0, 4, 0, 0, 0,
        /* key */ 0, 0, 0, 0, 52, 0, 0, 0, 4, 0, 0, 0, /* its code hash */ 32, 0, 0, 0,
    ];

    private static ReadOnlySpan<byte> Instance =>
        [0, 0, 6, 0, 8, 0, 4, 0, /* itself */ 6, 0, 0, 0, 4, 0, 0, 0, /* its bytes */ 32, 0, 0, 0];

    private static ReadOnlySpan<byte> CodeFront =>
    [
        8, 0, 12, 0, 4, 0, 8, 0, /* itself */ 8, 0, 0, 0, 44, 0, 0, 0, 4, 0, 0, 0, /* its hash */ 32, 0, 0, 0,
    ];

    /// <exception cref="ArgumentException">Above 2 GiB: offsets of FlatBuffers have 31 bits.</exception>
    public static StreamingSerializer Start(ContractContainer contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        long parametersLength = contract.Parameters.Bytes.Length;
        long codeLength = contract.Code.Data.Length;
        long afterParameters = RoundUp(FrontLength + parametersLength);
        if (parametersLength > int.MaxValue || RoundUp(codeLength) > int.MaxValue - afterParameters - CodeFrontLength)
        {
            throw new ArgumentException("A FlatBuffer has less than 2 GiB.", nameof(contract));
        }

        var to = new BincodeWriter();
        WriteFront(to.Reserve(FrontLength), contract.Key, (int)afterParameters, (uint)parametersLength);
        to.RawBody(contract.Parameters.Bytes);
        to.Reserve((int)(afterParameters - FrontLength - parametersLength)).Clear();
        Span<byte> front = to.Reserve(CodeFrontLength);
        CodeFront.CopyTo(front);
        contract.Code.Hash.Write(front[CodeFront.Length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(front[^sizeof(uint)..], (uint)codeLength);
        to.RawBody(contract.Code.Data);
        to.Reserve((int)(RoundUp(codeLength) - codeLength)).Clear();
        return to.Finish();
    }

    private static void WriteFront(Span<byte> to, ContractKey key, int afterParameters, uint parametersLength)
    {
        Front.CopyTo(to);
        int code = afterParameters + 8;
        BinaryPrimitives.WriteInt32LittleEndian(to[ContractToCode..], code - ContractToCode);
        BinaryPrimitives.WriteInt32LittleEndian(to[Key..], Key - afterParameters);
        key.Code.Write(to[KeyCodeBytes..]);
        Instance.CopyTo(to[(KeyCodeBytes + CodeHash.Length)..]);
        key.Instance.Write(to[InstanceBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(to[ParametersLength..], parametersLength);
    }

    private static long RoundUp(long length) => (length + sizeof(uint) - 1) & ~(sizeof(uint) - 1L);
}
