using System.Security.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>SymmetricState of the Noise specification (section 5.2) with SHA-256.</summary>
internal sealed class NoiseSymmetricState : IDisposable
{
    public const int HashLength = 32;

    private readonly byte[] _hash = new byte[HashLength];
    private readonly byte[] _chainingKey = new byte[HashLength];
    private NoiseCipherState? _cipher;

    /// <param name="protocolName">Exactly 32 bytes, so it is the first hash as it stands.</param>
    public NoiseSymmetricState(ReadOnlySpan<byte> protocolName)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(protocolName.Length, HashLength);
        protocolName.CopyTo(_hash);
        protocolName.CopyTo(_chainingKey);
    }

    public ReadOnlySpan<byte> Hash => _hash;

    private int TagLength => _cipher is null ? 0 : NoiseCipherState.TagLength;

    public void MixHash(ReadOnlySpan<byte> data)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(_hash);
        sha.AppendData(data);
        sha.GetHashAndReset(_hash);
    }

    public void MixKey(ReadOnlySpan<byte> inputKeyMaterial)
    {
        Span<byte> outputs = stackalloc byte[2 * HashLength];
        ExpandTwo(inputKeyMaterial, outputs);
        outputs[..HashLength].CopyTo(_chainingKey);
        _cipher?.Dispose();
        _cipher = new NoiseCipherState(outputs[HashLength..]);
        CryptographicOperations.ZeroMemory(outputs);
    }

    /// <returns>Bytes written: those of the plaintext, and the tag once a key is set.</returns>
    public int EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        int length = plaintext.Length + TagLength;
        if (_cipher is null)
        {
            plaintext.CopyTo(destination);
        }
        else
        {
            _cipher.Encrypt(_hash, plaintext, destination);
        }

        MixHash(destination[..length]);
        return length;
    }

    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> destination)
    {
        if (_cipher is null)
        {
            ciphertext.CopyTo(destination);
        }
        else if (!_cipher.TryDecrypt(_hash, ciphertext, destination))
        {
            return false;
        }

        MixHash(ciphertext);
        return true;
    }

    /// <summary>The two 32-byte transport secrets: initiator to responder, then back.</summary>
    public void Split(Span<byte> first, Span<byte> second)
    {
        Span<byte> outputs = stackalloc byte[2 * HashLength];
        ExpandTwo([], outputs);
        outputs[..HashLength].CopyTo(first);
        outputs[HashLength..].CopyTo(second);
        CryptographicOperations.ZeroMemory(outputs);
    }

    public void Dispose()
    {
        _cipher?.Dispose();
        CryptographicOperations.ZeroMemory(_chainingKey);
    }

    // The HKDF of Noise is RFC 5869 with the chaining key as salt and an empty info. Extract is spelt out as its HMAC
    // because Split has no input key material, which some builds of OpenSSL refuse.
    private void ExpandTwo(ReadOnlySpan<byte> inputKeyMaterial, Span<byte> outputs)
    {
        Span<byte> pseudorandomKey = stackalloc byte[HashLength];
        HMACSHA256.HashData(_chainingKey, inputKeyMaterial, pseudorandomKey);
        HKDF.Expand(HashAlgorithmName.SHA256, pseudorandomKey, outputs, []);
        CryptographicOperations.ZeroMemory(pseudorandomKey);
    }
}
