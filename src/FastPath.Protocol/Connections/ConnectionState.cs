namespace FastPath.Protocol.Connections;

/// <summary>Life of a <see cref="Connection"/>; the transitions stand at its type.</summary>
internal enum ConnectionState
{
    Established,
    Closing,
    Closed,
}
