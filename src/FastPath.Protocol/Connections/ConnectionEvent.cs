namespace FastPath.Protocol.Connections;

/// <summary>What a connection tells its owner.</summary>
/// <param name="Number">Ping number, or nothing.</param>
/// <param name="Message">Bytes of a message that arrived; the receiver owns them.</param>
internal readonly record struct ConnectionEvent(
    ConnectionEventKind Kind,
    Connection Connection,
    ulong Number = 0,
    ReadOnlyMemory<byte> Message = default);
