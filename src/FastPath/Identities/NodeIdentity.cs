using System.Security.Cryptography;
using FastPath.Protocol.Cryptography;
using FastPath.Serialization.Contracts;

namespace FastPath.Identities;

/// <summary>The X25519 key pair that names a node. The file form is one line, readable by its owner alone.</summary>
public sealed class NodeIdentity
{
    private const string Header = "fastpath-identity-1 ";

    private readonly byte[] _privateKey;

    private NodeIdentity(byte[] privateKey)
    {
        _privateKey = privateKey;
        using StaticKeyPair pair = StaticKeyPair.FromPrivateKey(privateKey);
        PublicKey = pair.PublicKey.ToArray();
    }

    /// <summary>32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The public key in base58, as addresses have it.</summary>
    public string PublicKeyText => Base58.Encode(PublicKey.Span);

    internal ReadOnlySpan<byte> PrivateKey => _privateKey;

    /// <summary>A fresh identity from the operating system's randomness.</summary>
    public static NodeIdentity Create() => new(RandomNumberGenerator.GetBytes(StaticKeyPair.KeyLength));

    /// <summary>Reads an identity file.</summary>
    /// <exception cref="InvalidDataException">The file is no identity, or others than its owner may read it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NodeIdentity Load(string path)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
        {
            throw new InvalidDataException($"{path}: others than its owner may read this identity; run chmod 600 on it");
        }

        string text = File.ReadAllText(path).Trim();
        byte[] key = new byte[StaticKeyPair.KeyLength];
        if (!text.StartsWith(Header, StringComparison.Ordinal)
            || !Convert.TryFromBase64String(text[Header.Length..], key, out int length)
            || length != key.Length)
        {
            throw new InvalidDataException($"{path}: not an identity file (expected \"{Header}\" and 32 bytes in base64)");
        }

        return new NodeIdentity(key);
    }

    /// <summary>Writes a new file with mode 0600; never over an existing one.</summary>
    /// <exception cref="IOException">The file exists or cannot be written.</exception>
    public void Save(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.WriteLine(Header + Convert.ToBase64String(_privateKey));
    }
}
