using System.Security.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>
/// The first of two MACs behind a handshake message, in the manner of WireGuard: HMAC-SHA-256, cut to 16 bytes, under a
/// hash of the receiver's public key. Who does not know that key makes the receiver do no agreement at all.
/// </summary>
internal static class HandshakeMac
{
    public const int Length = 16;

    public static void Write(ReadOnlySpan<byte> receiverPublicKey, ReadOnlySpan<byte> message, Span<byte> mac)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(receiverPublicKey, message, full);
        full[..Length].CopyTo(mac);
    }

    public static bool Verify(ReadOnlySpan<byte> receiverPublicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> mac)
    {
        Span<byte> full = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Compute(receiverPublicKey, message, full);
        return CryptographicOperations.FixedTimeEquals(full[..Length], mac);
    }

    private static void Compute(ReadOnlySpan<byte> receiverPublicKey, ReadOnlySpan<byte> message, Span<byte> full)
    {
        Span<byte> labelled = stackalloc byte[8 + StaticKeyPair.KeyLength];
        "mac1----"u8.CopyTo(labelled);
        receiverPublicKey.CopyTo(labelled[8..]);
        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(labelled, key);
        HMACSHA256.HashData(key, message, full);
    }
}
