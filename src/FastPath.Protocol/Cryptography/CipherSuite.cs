namespace FastPath.Protocol.Cryptography;

/// <summary>Payload ciphers that a handshake negotiates; the number is the one on the wire.</summary>
internal enum CipherSuite : byte
{
    None = 0,
    Aegis128L = 1,
    Aes256Gcm = 2,
    ChaCha20Poly1305 = 3,
}
