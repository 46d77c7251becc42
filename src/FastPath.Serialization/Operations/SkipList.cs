using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Operations;

/// <summary>Nodes a request should not go to again.</summary>
/// <remarks>Layout: count u64, addresses. A set: written in order, read in any order and with repetitions.</remarks>
internal sealed class SkipList : IBincode<SkipList>, IStreamingSerialize
{
    public static readonly Step[] Steps = [Step.Repeat(Field.Unnamed, WireAddress.Steps)];

    private readonly WireAddress[] _addresses;

    public SkipList(params ReadOnlySpan<WireAddress> addresses)
        : this(addresses.ToArray())
    {
    }

    private SkipList(WireAddress[] owned)
    {
        Array.Sort(owned, static (a, b) => a.CompareTo(b));
        int kept = 0;
        for (int i = 0; i < owned.Length; i++)
        {
            if (i == 0 || owned[i] != owned[i - 1])
            {
                owned[kept++] = owned[i];
            }
        }

        _addresses = kept == owned.Length ? owned : owned[..kept];
    }

    public static SkipList Empty { get; } = new(Array.Empty<WireAddress>());

    /// <summary>Each address once, in order.</summary>
    public IReadOnlyList<WireAddress> Addresses => _addresses;

    public bool Contains(WireAddress address) =>
        Array.BinarySearch(_addresses, address, Comparer<WireAddress>.Create(static (a, b) => a.CompareTo(b))) >= 0;

    public StreamingSerializer StartSerialize() => BincodeWriter.Start(this);

    public void Write(BincodeWriter to)
    {
        to.Length(_addresses.Length);
        foreach (WireAddress address in _addresses)
        {
            to.Value(address);
        }
    }

    public static SkipList Read(ref BincodeReader from) => new(from.List<WireAddress>(WireAddress.LengthMin));
}
