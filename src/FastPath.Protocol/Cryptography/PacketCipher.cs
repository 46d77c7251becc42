using NSec.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>Sizes, limits and the primitive of one <see cref="CipherSuite"/>.</summary>
internal sealed class PacketCipher
{
    private PacketCipher(CipherSuite suite, string name, AeadAlgorithm algorithm, ulong packetsMax)
    {
        Suite = suite;
        Name = name;
        Algorithm = algorithm;
        PacketsMax = packetsMax;
    }

    public CipherSuite Suite { get; }

    /// <summary>The name used on the command line and in key labels.</summary>
    public string Name { get; }

    public AeadAlgorithm Algorithm { get; }

    /// <summary>Packets that one key may seal: 2^23 for GCM (RFC 9001, section 6.6); far more than a session elsewhere.</summary>
    public ulong PacketsMax { get; }

    public int KeyLength => Algorithm.KeySize;

    public int NonceLength => Algorithm.NonceSize;

    public int TagLength => Algorithm.TagSize;

    /// <summary>The ciphers that this processor runs in hardware or at all, best first.</summary>
    public static IReadOnlyList<PacketCipher> Supported { get; } = Detect();

    public static PacketCipher? Find(CipherSuite suite)
    {
        foreach (PacketCipher cipher in Supported)
        {
            if (cipher.Suite == suite)
            {
                return cipher;
            }
        }

        return null;
    }

    /// <summary>The first cipher of the initiator's offer that this node supports too; null when there is none.</summary>
    public static PacketCipher? Choose(ReadOnlySpan<byte> offers)
    {
        foreach (byte offer in offers)
        {
            if (Find((CipherSuite)offer) is { } cipher)
            {
                return cipher;
            }
        }

        return null;
    }

    private static PacketCipher[] Detect()
    {
        var supported = new List<PacketCipher>(3);
        bool hasAes = System.Runtime.Intrinsics.X86.Aes.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported;
        if (hasAes)
        {
            supported.Add(new(CipherSuite.Aegis128L, "aegis128l", AeadAlgorithm.Aegis128L, 1UL << 48));
            supported.Add(new(CipherSuite.Aes256Gcm, "aes256gcm", AeadAlgorithm.Aes256Gcm, 1UL << 23));
        }

        supported.Add(new(CipherSuite.ChaCha20Poly1305, "chacha20poly1305", AeadAlgorithm.ChaCha20Poly1305, 1UL << 48));
        return [.. supported];
    }
}
