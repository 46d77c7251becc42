namespace FastPath.Fuzz.Oracles;

/// <summary>RFC 9000, section 16, byte by byte: what the fast reader must agree with.</summary>
internal static class SlowVarInt
{
    public static bool TryRead(ReadOnlySpan<byte> source, ref int position, out ulong value)
    {
        value = 0;
        if (position >= source.Length)
        {
            return false;
        }

        int length = (source[position] & 0xC0) switch
        {
            0x00 => 1,
            0x40 => 2,
            0x80 => 4,
            _ => 8,
        };
        if (position + length > source.Length)
        {
            return false;
        }

        value = source[position] & 0x3FUL;
        for (int i = 1; i < length; i++)
        {
            value = (value * 256) + source[position + i];
        }

        position += length;
        return true;
    }
}
