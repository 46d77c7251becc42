using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Serialization.Tests.Contracts;

/// <summary>Values made of arbitrary bytes.</summary>
internal static class Samples
{
    public static IBody Body(byte[] bytes) => new MemoryBody(bytes);

    public static ContractContainer Contract(byte[] code, byte[] parameters) =>
        ContractContainer.FromCode(Body(code), Body(parameters));

    /// <summary>One related contract for each array; every third has no state.</summary>
    public static RelatedContracts Related(byte[][] states) => new(
        [.. states.Select((state, i) => new RelatedContracts.Entry(
            Contract([(byte)i], state).Key.Instance, i % 3 == 2 ? null : new State(Body(state))))]);

    public static PutStreamingPayload Put(byte[] code, byte[] parameters, byte[][] related, byte[] state) =>
        new(Contract(code, parameters), Related(related), new WrappedState(Body(state)));

    /// <summary>The parts follow the flags: 1 for a state, 2 for a contract.</summary>
    public static GetStreamingPayload Get(byte[] code, byte[] parameters, byte[] state, int parts)
    {
        ContractContainer contract = Contract(code, parameters);
        return new GetStreamingPayload(
            contract.Key,
            new StoreResponse(
                (parts & 1) != 0 ? new WrappedState(Body(state)) : null,
                (parts & 2) != 0 ? contract : null));
    }

    public static byte[] AllAtOnce(IStreamingSerialize value)
    {
        StreamingSerializer serializer = value.StartSerialize();
        byte[] bytes = new byte[serializer.Length];
        Assert.Equal(bytes.Length, serializer.Read(bytes));
        return bytes;
    }

    /// <summary>Cuts bytes into pieces whose lengths follow the given numbers, round and round.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Cut(ReadOnlyMemory<byte> bytes, byte[] lengths)
    {
        for (int i = 0; !bytes.IsEmpty; i++)
        {
            int length = lengths.Length == 0 ? 1 : lengths[i % lengths.Length] + (i % lengths.Length == 0 ? 1 : 0);
            length = Math.Min(length, bytes.Length);
            yield return bytes[..length];
            bytes = bytes[length..];
        }
    }
}
