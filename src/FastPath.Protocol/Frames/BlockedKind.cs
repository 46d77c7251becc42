namespace FastPath.Protocol.Frames;

/// <summary>What a sender of BLOCKED lacks.</summary>
internal enum BlockedKind : byte
{
    Stream = 0,
    Connection = 1,
    StreamLimit = 2,
}
