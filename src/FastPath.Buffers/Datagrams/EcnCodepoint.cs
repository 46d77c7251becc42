namespace FastPath.Buffers.Datagrams;

/// <summary>The two ECN bits of an IP header (RFC 3168).</summary>
internal enum EcnCodepoint : byte
{
    NotCapable = 0,
    CapableOne = 1,
    CapableZero = 2,
    CongestionExperienced = 3,
}
