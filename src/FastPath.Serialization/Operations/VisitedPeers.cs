using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>
/// A Bloom filter of the nodes a GET has passed. Layout: 64 bare bytes; its hash keys follow from the transaction id.
/// </summary>
internal readonly record struct VisitedPeers : IBincode<VisitedPeers>
{
    public const int Length = 2 * Bytes32.Length;

    public static readonly Step[] Steps =
        [Step.Fixed(Field.Unnamed, Bytes32.Length), Step.Fixed(Field.Unnamed, Bytes32.Length)];

    private readonly Bytes32 _first;
    private readonly Bytes32 _second;

    private VisitedPeers(Bytes32 first, Bytes32 second) => (_first, _second) = (first, second);

    /// <summary>Takes the first 64 bytes.</summary>
    public static VisitedPeers Read(ReadOnlySpan<byte> source) =>
        new(Bytes32.Read(source), Bytes32.Read(source[Bytes32.Length..]));

    public void Write(Span<byte> destination)
    {
        _first.Write(destination);
        _second.Write(destination[Bytes32.Length..]);
    }

    public void Write(BincodeWriter to) => Write(to.Reserve(Length));

    public static VisitedPeers Read(ref BincodeReader from) =>
        new(Bytes32.Read(from.RawOrZeros(Bytes32.Length)), Bytes32.Read(from.RawOrZeros(Bytes32.Length)));
}
