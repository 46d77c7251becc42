namespace FastPath.Options;

/// <summary>Which payload cipher a node offers and accepts.</summary>
public enum FastPathCipher
{
    /// <summary>The fastest that both processors support.</summary>
    Auto,

    /// <summary>AEGIS-128L.</summary>
    Aegis128L,

    /// <summary>AES-256-GCM.</summary>
    Aes256Gcm,

    /// <summary>ChaCha20-Poly1305.</summary>
    ChaCha20Poly1305,
}
