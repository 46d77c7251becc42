namespace FastPath.Serialization.Bincode;

/// <summary>What counted bytes must be: of one length, and each of them allowed.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="IsAllowed">Whether the byte may stand there.</param>
internal sealed record BytesRule(int Length, Func<byte, bool> IsAllowed)
{
    public bool Allows(ReadOnlySpan<byte> piece)
    {
        foreach (byte value in piece)
        {
            if (!IsAllowed(value))
            {
                return false;
            }
        }

        return true;
    }
}
