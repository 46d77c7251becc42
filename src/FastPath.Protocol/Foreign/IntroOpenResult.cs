namespace FastPath.Protocol.Foreign;

/// <summary>What became of an intro packet. The length is judged before the type.</summary>
internal enum IntroOpenResult
{
    Opened,

    /// <summary>Shorter than an empty intro.</summary>
    InvalidLength,

    /// <summary>The first byte is another one.</summary>
    InvalidPacketType,

    /// <summary>Not authentic, or the ephemeral key is of small order: everybody knows what it agrees on.</summary>
    DecryptionFailed,
}
