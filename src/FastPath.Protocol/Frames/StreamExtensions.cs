namespace FastPath.Protocol.Frames;

/// <summary>The TLV list that ends an opening frame (decision D13).</summary>
internal readonly record struct StreamExtensions
{
    // Mandatory: who does not know it would take proofs for payload.
    private const ulong VerifiedGroupsItem = 0x01;

    private static readonly byte[] WithProofs = [(byte)VerifiedGroupsItem, 0];

    /// <summary>A proof comes before each group of 16 KiB. The item has no value.</summary>
    public bool CarriesProofs { get; private init; }

    /// <summary>An item that must be understood is not.</summary>
    public bool HasUnknown { get; private init; }

    /// <returns>False for a malformed list.</returns>
    public static bool TryRead(ReadOnlySpan<byte> list, out StreamExtensions extensions)
    {
        extensions = default;
        var reader = new TlvReader(list);
        bool malformed;
        while (reader.TryRead(out ulong type, out ReadOnlySpan<byte> value, out malformed))
        {
            if (type == VerifiedGroupsItem && value.IsEmpty)
            {
                extensions = extensions with { CarriesProofs = true };
            }
            else if (TlvReader.IsMandatory(type))
            {
                extensions = extensions with { HasUnknown = true };
            }
        }

        return !malformed;
    }

    public static ReadOnlyMemory<byte> Encode(bool carriesProofs) => carriesProofs ? WithProofs : default;
}
