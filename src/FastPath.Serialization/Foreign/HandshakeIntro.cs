namespace FastPath.Serialization.Foreign;

/// <summary>What an intro packet says.</summary>
/// <remarks>Layout: version 8, inbound key of the sender 16; what follows is ignored.</remarks>
internal readonly record struct HandshakeIntro(ForeignVersion Version, SymmetricKey InboundKey)
{
    public const int Length = ForeignVersion.Length + SymmetricKey.Length;

    /// <summary>False when the plaintext is too short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> plaintext, out HandshakeIntro intro)
    {
        if (plaintext.Length < Length)
        {
            intro = default;
            return false;
        }

        intro = new(ForeignVersion.Read(plaintext), SymmetricKey.Read(plaintext[ForeignVersion.Length..]));
        return true;
    }

    /// <summary>Writes 24 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        Version.Write(destination);
        InboundKey.Write(destination[ForeignVersion.Length..]);
    }
}
