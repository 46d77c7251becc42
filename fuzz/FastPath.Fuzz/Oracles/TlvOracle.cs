using FastPath.Protocol.Frames;

namespace FastPath.Fuzz.Oracles;

/// <summary>Walks a TLV list twice, with the reader and by hand; both must see the same items and the same end.</summary>
internal static class TlvOracle
{
    /// <returns>Items of the list, or -1 when it is malformed.</returns>
    public static int Check(ReadOnlySpan<byte> list)
    {
        var reader = new TlvReader(list);
        int position = 0;
        int items = 0;
        while (reader.TryRead(out ulong type, out ReadOnlySpan<byte> value, out bool malformed))
        {
            bool read = SlowVarInt.TryRead(list, ref position, out ulong slowType);
            read &= SlowVarInt.TryRead(list, ref position, out ulong length);
            OracleException.Require(read && !malformed, "the reader sees an item that is not there");
            OracleException.Require(type == slowType && (ulong)value.Length == length, "the item is another one");
            OracleException.Require(list.Slice(position, value.Length) == value, "the value lies elsewhere");
            OracleException.Require(TlvReader.IsMandatory(type) == (slowType % 2 == 1), "mandatory is the low bit");
            position += value.Length;
            items++;
        }

        bool isAtEnd = position == list.Length;
        reader = new TlvReader(list);
        bool isMalformed = false;
        while (reader.TryRead(out _, out _, out isMalformed))
        {
        }

        OracleException.Require(isMalformed != isAtEnd, "a list is malformed exactly when bytes are left over");
        return isAtEnd ? items : -1;
    }
}
