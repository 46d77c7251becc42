using System.Net.Sockets;

namespace FastPath.Sockets;

/// <summary>A socket could not be opened or bound, or its engine does not run here.</summary>
internal sealed class DatagramSocketException(SocketError error, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public SocketError Error { get; } = error;
}
