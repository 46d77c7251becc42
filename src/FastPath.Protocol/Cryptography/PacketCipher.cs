using System.Text;
using FastPath.Cryptography;

namespace FastPath.Protocol.Cryptography;

/// <summary>Sizes, limits and the primitive of one <see cref="CipherSuite"/>.</summary>
internal sealed class PacketCipher
{
    private PacketCipher(CipherSuite suite, string name, AeadKind kind, ulong packetsMax)
    {
        Suite = suite;
        Name = name;
        Kind = kind;
        KeyLabel = Encoding.ASCII.GetBytes($"fastpath key {name}");
        PacketsMax = packetsMax;
    }

    public CipherSuite Suite { get; }

    /// <summary>The name used on the command line and in key labels.</summary>
    public string Name { get; }

    public AeadKind Kind { get; }

    /// <summary>Separates the keys of this cipher from those of another one.</summary>
    public byte[] KeyLabel { get; }

    /// <summary>Packets that one key may seal: 2^23 for GCM (RFC 9001, section 6.6); far more than a session elsewhere.</summary>
    public ulong PacketsMax { get; }

    public int KeyLength => Aead.KeyLength(Kind);

    public int NonceLength => Aead.NonceLength(Kind);

    public int TagLength => Aead.TagLength(Kind);

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
            supported.Add(new(CipherSuite.Aegis128L, "aegis128l", AeadKind.Aegis128L, 1UL << 48));
            supported.Add(new(CipherSuite.Aes256Gcm, "aes256gcm", AeadKind.Aes256Gcm, 1UL << 23));
        }

        supported.Add(new(CipherSuite.ChaCha20Poly1305, "chacha20poly1305", AeadKind.ChaCha20Poly1305, 1UL << 48));
        return [.. supported];
    }
}
