using System.Buffers.Binary;
using System.Security.Cryptography;
using FastPath.Cryptography;
using FastPath.Protocol.Cryptography;

namespace FastPath.Protocol.Packets;

/// <summary>Key and IV of one direction in one key phase; used again for a later phase, so that rekeying allocates nothing.</summary>
/// <remarks>Nonce = IV xor counter; the counter of a session never restarts, so no nonce repeats under a key.</remarks>
internal sealed class PhaseKey : IDisposable
{
    public const int SecretLength = 32;
    private const int NonceLengthMax = 16;
    private const int HashLength = HMACSHA256.HashSizeInBytes;

    private readonly PacketCipher _cipher;

    // Secret, key and IV. Pinned, so that a collection leaves no copy of them behind.
    private readonly byte[] _memory;

    public PhaseKey(PacketCipher cipher, ReadOnlySpan<byte> secret, byte phase)
    {
        _cipher = cipher;
        _memory = GC.AllocateArray<byte>(SecretLength + cipher.KeyLength + cipher.NonceLength, pinned: true);
        secret.CopyTo(Secret);
        Derive(phase);
    }

    public byte Phase { get; private set; }

    private Span<byte> Secret => _memory.AsSpan(0, SecretLength);

    private ReadOnlySpan<byte> Key => _memory.AsSpan(SecretLength, _cipher.KeyLength);

    private ReadOnlySpan<byte> Iv => _memory.AsSpan(SecretLength + _cipher.KeyLength);

    /// <summary>The key after this one. The ratchet goes one way, so an old key is not derived from a newer one.</summary>
    public PhaseKey Next()
    {
        var next = new PhaseKey(_cipher, Secret, Phase);
        next.Follow(this);
        return next;
    }

    /// <summary>Becomes the key after <paramref name="previous"/>; what it was is gone.</summary>
    public void Follow(PhaseKey previous)
    {
        Span<byte> next = stackalloc byte[SecretLength];
        Expand(previous.Secret, "fastpath next phase"u8, next);
        next.CopyTo(Secret);
        CryptographicOperations.ZeroMemory(next);
        Derive((byte)(previous.Phase + 1));
    }

    /// <summary>Seals in place what follows the header; the buffer ends with room for the tag.</summary>
    public void Seal(ulong counter, Span<byte> packet)
    {
        Span<byte> nonce = stackalloc byte[NonceLengthMax];
        Aead.Seal(_cipher.Kind, Key, Nonce(counter, nonce), packet[..PacketHeader.Length], packet[PacketHeader.Length..]);
    }

    public bool TryOpen(ulong counter, Span<byte> packet)
    {
        Span<byte> nonce = stackalloc byte[NonceLengthMax];
        return Aead.TryOpen(_cipher.Kind, Key, Nonce(counter, nonce), packet[..PacketHeader.Length], packet[PacketHeader.Length..]);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_memory);

    private void Derive(byte phase)
    {
        Phase = phase;
        Expand(Secret, _cipher.KeyLabel, _memory.AsSpan(SecretLength));
    }

    /// <summary>HKDF-Expand with SHA-256 (RFC 5869, section 2.3) of up to two blocks, without an allocation.</summary>
    private static void Expand(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> label, Span<byte> output)
    {
        Span<byte> input = stackalloc byte[HashLength + label.Length + 1];
        Span<byte> block = input[..HashLength];
        Span<byte> tail = input[HashLength..];
        label.CopyTo(tail);
        tail[^1] = 1;
        HMACSHA256.HashData(secret, tail, block);
        block[..Math.Min(HashLength, output.Length)].CopyTo(output);
        if (output.Length > HashLength)
        {
            tail[^1] = 2;
            Span<byte> second = stackalloc byte[HashLength];
            HMACSHA256.HashData(secret, input, second);
            second[..(output.Length - HashLength)].CopyTo(output[HashLength..]);
            CryptographicOperations.ZeroMemory(second);
        }

        CryptographicOperations.ZeroMemory(input);
    }

    private Span<byte> Nonce(ulong counter, Span<byte> buffer)
    {
        ReadOnlySpan<byte> iv = Iv;
        Span<byte> nonce = buffer[..iv.Length];
        iv.CopyTo(nonce);
        Span<byte> tail = nonce[^sizeof(ulong)..];
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ counter);
        return nonce;
    }
}
