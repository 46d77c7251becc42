namespace FastPath.Cryptography;

/// <summary>The ciphers that <see cref="Aead"/> knows.</summary>
internal enum AeadKind
{
    Aegis128L,
    Aes256Gcm,
    ChaCha20Poly1305,
}
