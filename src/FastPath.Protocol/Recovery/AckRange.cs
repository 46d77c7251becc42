namespace FastPath.Protocol.Recovery;

/// <summary>Packet numbers from <paramref name="Smallest"/> to <paramref name="Largest"/>, both included.</summary>
internal readonly record struct AckRange(ulong Smallest, ulong Largest);
