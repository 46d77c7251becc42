using System.Security.Cryptography;
using NSec.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>An X25519 key pair (RFC 7748): a node's identity, or the ephemeral key of one handshake.</summary>
internal sealed class StaticKeyPair : IDisposable
{
    public const int KeyLength = 32;

    private readonly Key _key;
    private readonly byte[] _publicKey;

    private StaticKeyPair(Key key)
    {
        _key = key;
        _publicKey = key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    /// <param name="privateKey">32 bytes; clamped by the primitive.</param>
    public static StaticKeyPair FromPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, KeyLength);
        return new StaticKeyPair(Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey));
    }

    /// <summary>Diffie-Hellman with the peer's 32-byte public key; false when the result would be all zero.</summary>
    public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        if (!NSec.Cryptography.PublicKey.TryImport(
                KeyAgreementAlgorithm.X25519, peerPublicKey, KeyBlobFormat.RawPublicKey, out PublicKey? peer))
        {
            return false;
        }

        var parameters = new SharedSecretCreationParameters
        {
            ExportPolicy = KeyExportPolicies.AllowPlaintextExport,
        };
        using SharedSecret? secret = KeyAgreementAlgorithm.X25519.Agree(_key, peer!, parameters);
        if (secret is null)
        {
            return false;
        }

        byte[] raw = secret.Export(SharedSecretBlobFormat.RawSharedSecret);
        raw.CopyTo(sharedSecret);
        CryptographicOperations.ZeroMemory(raw);
        return true;
    }

    public void Dispose() => _key.Dispose();
}
