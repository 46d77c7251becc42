namespace FastPath.Protocol.Connections;

/// <summary>Kinds of <see cref="ConnectionEvent"/>. Established and Closed come exactly once each.</summary>
internal enum ConnectionEventKind
{
    Established,
    PingAcknowledged,
    MessageReceived,
    MessageAcknowledged,
    StreamOpened,
    StreamOffered,
    Closed,
}
