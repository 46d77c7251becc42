namespace FastPath.Protocol.Frames;

/// <summary>Walks a list of {type, length, value} items: unknown optional items are skipped, mandatory ones refuse (D13).</summary>
/// <remarks>The low bit of a type says "mandatory". Types are below 2^14, so they take one or two bytes.</remarks>
internal ref struct TlvReader(ReadOnlySpan<byte> list)
{
    private FrameReader _reader = new(list);

    public static bool IsMandatory(ulong type) => (type & 1) != 0;

    /// <summary>False at the end of the list and at a malformed item; <paramref name="malformed"/> tells which.</summary>
    public bool TryRead(out ulong type, out ReadOnlySpan<byte> value, out bool malformed)
    {
        type = 0;
        value = default;
        malformed = false;
        if (_reader.IsAtEnd)
        {
            return false;
        }

        malformed = !_reader.TryReadVarInt(out type) || !_reader.TryReadBlock(out value);
        return !malformed;
    }
}
