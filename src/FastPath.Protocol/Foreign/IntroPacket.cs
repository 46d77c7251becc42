using System.Security.Cryptography;
using FastPath.Protocol.Cryptography;
using FastPath.Serialization.Foreign;

namespace FastPath.Protocol.Foreign;

/// <summary>
/// The first packet of a handshake on the foreign wire: sealed for one recipient by an ephemeral key.
/// </summary>
/// <remarks>
/// Layout: 01, ephemeral X25519 key 32, ciphertext, tag 16. ChaCha20-Poly1305 under the raw shared secret, nonce zero,
/// no associated data: the first message of a Noise cipher. Who holds the recipient's static key opens every intro ever
/// sent to it, and a copied packet opens again: one reason why FastPath's own handshake is another one.
/// </remarks>
internal static class IntroPacket
{
    public const byte PacketType = 1;
    public const int Overhead = CiphertextStart + NoiseCipherState.TagLength;

    private const int CiphertextStart = ForeignSizes.PacketTypeLength + StaticKeyPair.KeyLength;

    /// <summary>Writes one packet; false when the recipient's key is of small order.</summary>
    /// <param name="recipientPublicKey">32 bytes.</param>
    /// <param name="ephemeral">Used for one packet only: the nonce is constant.</param>
    /// <param name="plaintext">See <see cref="HandshakeIntro"/>.</param>
    /// <param name="packet">Room for the plaintext and 49 bytes.</param>
    public static bool TrySeal(
        ReadOnlySpan<byte> recipientPublicKey, StaticKeyPair ephemeral, ReadOnlySpan<byte> plaintext, Span<byte> packet)
    {
        Span<byte> secret = stackalloc byte[StaticKeyPair.KeyLength];
        if (!ephemeral.TryAgree(recipientPublicKey, secret))
        {
            return false;
        }

        packet[0] = PacketType;
        ephemeral.PublicKey.CopyTo(packet[ForeignSizes.PacketTypeLength..]);
        using var cipher = new NoiseCipherState(secret);
        cipher.Encrypt([], plaintext, packet[CiphertextStart..]);
        CryptographicOperations.ZeroMemory(secret);
        return true;
    }

    /// <summary>Opens a packet that is sealed for the recipient.</summary>
    /// <param name="recipient">The static key of the receiving node.</param>
    /// <param name="packet">As received.</param>
    /// <param name="plaintext">Room for the packet without its 49 bytes.</param>
    /// <param name="length">Bytes of plaintext.</param>
    public static IntroOpenResult Open(
        StaticKeyPair recipient, ReadOnlySpan<byte> packet, Span<byte> plaintext, out int length)
    {
        length = 0;
        if (packet.Length < Overhead)
        {
            return IntroOpenResult.InvalidLength;
        }

        if (packet[0] != PacketType)
        {
            return IntroOpenResult.InvalidPacketType;
        }

        Span<byte> secret = stackalloc byte[StaticKeyPair.KeyLength];
        if (!recipient.TryAgree(packet[ForeignSizes.PacketTypeLength..CiphertextStart], secret))
        {
            return IntroOpenResult.DecryptionFailed;
        }

        using var cipher = new NoiseCipherState(secret);
        CryptographicOperations.ZeroMemory(secret);
        if (!cipher.TryDecrypt([], packet[CiphertextStart..], plaintext))
        {
            return IntroOpenResult.DecryptionFailed;
        }

        length = packet.Length - Overhead;
        return IntroOpenResult.Opened;
    }
}
