using System.Buffers.Binary;
using NSec.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>CipherState of the Noise specification (section 5.1) for ChaChaPoly: a key and a counting nonce.</summary>
internal sealed class NoiseCipherState : IDisposable
{
    public const int TagLength = 16;
    private const int NonceLength = 12;

    private readonly Key _key;
    private ulong _nonce;

    public NoiseCipherState(ReadOnlySpan<byte> key) =>
        _key = Key.Import(AeadAlgorithm.ChaCha20Poly1305, key, KeyBlobFormat.RawSymmetricKey);

    public void Encrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce);
        AeadAlgorithm.ChaCha20Poly1305.Encrypt(
            _key, nonce, associatedData, plaintext, ciphertext[..(plaintext.Length + TagLength)]);
        _nonce++;
    }

    /// <summary>False, and the nonce stays, when the bytes are not authentic or too short.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertext, Span<byte> plaintext)
    {
        if (ciphertext.Length < TagLength)
        {
            return false;
        }

        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(nonce);
        if (!AeadAlgorithm.ChaCha20Poly1305.Decrypt(
                _key, nonce, associatedData, ciphertext, plaintext[..(ciphertext.Length - TagLength)]))
        {
            return false;
        }

        _nonce++;
        return true;
    }

    public void Dispose() => _key.Dispose();

    private void WriteNonce(Span<byte> nonce)
    {
        nonce[..4].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _nonce);
    }
}
