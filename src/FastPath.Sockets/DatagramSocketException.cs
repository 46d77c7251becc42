using System.Net.Sockets;

namespace FastPath.Sockets;

/// <summary>A socket could not be opened or bound.</summary>
internal sealed class DatagramSocketException(SocketError error, string message, Exception inner)
    : Exception(message, inner)
{
    public SocketError Error { get; } = error;
}
