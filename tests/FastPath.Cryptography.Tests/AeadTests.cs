using System.Security.Cryptography;
using NSec.Cryptography;

namespace FastPath.Cryptography.Tests;

public sealed class AeadTests
{
    private static readonly byte[] Header = RandomNumberGenerator.GetBytes(14);

    [Theory]
    [InlineData(nameof(AeadKind.Aegis128L))]
    [InlineData(nameof(AeadKind.Aes256Gcm))]
    [InlineData(nameof(AeadKind.ChaCha20Poly1305))]
    public void The_bytes_are_those_of_the_library_s_own_interface(string name)
    {
        AeadKind kind = Enum.Parse<AeadKind>(name);
        AeadAlgorithm algorithm = AlgorithmOf(kind);
        Assert.Equal(algorithm.KeySize, Aead.KeyLength(kind));
        Assert.Equal(algorithm.NonceSize, Aead.NonceLength(kind));
        Assert.Equal(algorithm.TagSize, Aead.TagLength(kind));
        byte[] key = RandomNumberGenerator.GetBytes(Aead.KeyLength(kind));
        byte[] nonce = RandomNumberGenerator.GetBytes(Aead.NonceLength(kind));
        using Key imported = Key.Import(algorithm, key, KeyBlobFormat.RawSymmetricKey);
        foreach (int length in (int[])[0, 1, 31, 32, 1_154, 64_954])
        {
            byte[] plaintext = RandomNumberGenerator.GetBytes(length);
            byte[] body = [.. plaintext, .. new byte[Aead.TagLength(kind)]];
            Aead.Seal(kind, key, nonce, Header, body);
            Assert.Equal(algorithm.Encrypt(imported, nonce, Header, plaintext), body);
            Assert.True(Aead.TryOpen(kind, key, nonce, Header, body));
            Assert.Equal(plaintext, body[..length]);
        }
    }

    [Theory]
    [InlineData(nameof(AeadKind.Aegis128L))]
    [InlineData(nameof(AeadKind.Aes256Gcm))]
    [InlineData(nameof(AeadKind.ChaCha20Poly1305))]
    public void One_changed_bit_anywhere_is_noticed(string name)
    {
        AeadKind kind = Enum.Parse<AeadKind>(name);
        byte[] key = RandomNumberGenerator.GetBytes(Aead.KeyLength(kind));
        byte[] nonce = RandomNumberGenerator.GetBytes(Aead.NonceLength(kind));
        byte[] body = new byte[20 + Aead.TagLength(kind)];
        Aead.Seal(kind, key, nonce, Header, body);
        for (int i = 0; i < body.Length; i++)
        {
            byte[] forged = [.. body];
            forged[i] ^= 1;
            Assert.False(Aead.TryOpen(kind, key, nonce, Header, forged));
        }

        for (int i = 0; i < Header.Length; i++)
        {
            byte[] forged = [.. Header];
            forged[i] ^= 1;
            Assert.False(Aead.TryOpen(kind, key, nonce, forged, [.. body]));
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused_before_anything_is_touched()
    {
        const AeadKind Kind = AeadKind.Aegis128L;
        Assert.Throws<ArgumentException>(() => Aead.Seal(Kind, new byte[15], new byte[16], Header, new byte[40]));
        Assert.Throws<ArgumentException>(() => Aead.Seal(Kind, new byte[16], new byte[12], Header, new byte[40]));
        Assert.Throws<ArgumentException>(() => Aead.Seal(Kind, new byte[16], new byte[16], [], new byte[40]));
        Assert.Throws<ArgumentException>(() => Aead.TryOpen(Kind, new byte[16], new byte[16], Header, new byte[31]));
    }

    private static AeadAlgorithm AlgorithmOf(AeadKind kind) => kind switch
    {
        AeadKind.Aegis128L => AeadAlgorithm.Aegis128L,
        AeadKind.Aes256Gcm => AeadAlgorithm.Aes256Gcm,
        _ => AeadAlgorithm.ChaCha20Poly1305,
    };
}
