namespace FastPath.Serialization.Bincode;

/// <summary>A text of fixed length over some characters, judged byte by byte.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="IsAllowed">Whether the byte may stand in the text.</param>
internal sealed record TextRule(int Length, Func<byte, bool> IsAllowed)
{
    public bool Allows(ReadOnlySpan<byte> piece)
    {
        foreach (byte character in piece)
        {
            if (!IsAllowed(character))
            {
                return false;
            }
        }

        return true;
    }
}
