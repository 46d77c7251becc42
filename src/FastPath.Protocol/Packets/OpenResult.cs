namespace FastPath.Protocol.Packets;

/// <summary>What became of a received transport packet. Everything but Opened is dropped and counted.</summary>
internal enum OpenResult
{
    Opened,
    Duplicate,
    NotAuthentic,
    UnknownPhase,
    Malformed,
}
