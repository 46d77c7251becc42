using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FastPath.Protocol.Cryptography;
using NSec.Cryptography;

namespace FastPath.Protocol.Packets;

/// <summary>Key and IV of one direction in one key phase.</summary>
/// <remarks>Nonce = IV xor counter; the counter of a session never restarts, so no nonce repeats under a key.</remarks>
internal sealed class PhaseKey : IDisposable
{
    public const int SecretLength = 32;
    private const int NonceLengthMax = 16;

    private readonly PacketCipher _cipher;
    private readonly Key _key;
    private readonly byte[] _iv;
    private readonly byte[] _secret = new byte[SecretLength];

    public PhaseKey(PacketCipher cipher, ReadOnlySpan<byte> secret, byte phase)
    {
        _cipher = cipher;
        Phase = phase;
        secret.CopyTo(_secret);
        Span<byte> output = stackalloc byte[cipher.KeyLength + cipher.NonceLength];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, output, Encoding.ASCII.GetBytes($"fastpath key {cipher.Name}"));
        _key = Key.Import(cipher.Algorithm, output[..cipher.KeyLength], KeyBlobFormat.RawSymmetricKey);
        _iv = output[cipher.KeyLength..].ToArray();
        CryptographicOperations.ZeroMemory(output);
    }

    public byte Phase { get; }

    /// <summary>The key after this one. The ratchet goes one way, so an old key is not derived from a newer one.</summary>
    public PhaseKey Next()
    {
        Span<byte> next = stackalloc byte[SecretLength];
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, next, "fastpath next phase"u8);
        var key = new PhaseKey(_cipher, next, (byte)(Phase + 1));
        CryptographicOperations.ZeroMemory(next);
        return key;
    }

    /// <summary>Seals in place what follows the header; the buffer ends with room for the tag.</summary>
    public void Seal(ulong counter, Span<byte> packet)
    {
        Span<byte> nonce = stackalloc byte[NonceLengthMax];
        nonce = Nonce(counter, nonce);
        Span<byte> body = packet[PacketHeader.Length..];
        _cipher.Algorithm.Encrypt(_key, nonce, packet[..PacketHeader.Length], body[..^_cipher.TagLength], body);
    }

    public bool TryOpen(ulong counter, Span<byte> packet)
    {
        Span<byte> nonce = stackalloc byte[NonceLengthMax];
        nonce = Nonce(counter, nonce);
        Span<byte> body = packet[PacketHeader.Length..];
        return _cipher.Algorithm.Decrypt(_key, nonce, packet[..PacketHeader.Length], body, body[..^_cipher.TagLength]);
    }

    public void Dispose()
    {
        _key.Dispose();
        CryptographicOperations.ZeroMemory(_secret);
        CryptographicOperations.ZeroMemory(_iv);
    }

    private Span<byte> Nonce(ulong counter, Span<byte> buffer)
    {
        Span<byte> nonce = buffer[.._iv.Length];
        _iv.CopyTo(nonce);
        Span<byte> tail = nonce[^sizeof(ulong)..];
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ counter);
        return nonce;
    }
}
