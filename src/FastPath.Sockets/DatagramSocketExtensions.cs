using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets;

/// <summary>Single datagrams over the batches of a socket.</summary>
internal static class DatagramSocketExtensions
{
    /// <summary>Sends one datagram at once, at the price of a system call of its own.</summary>
    public static void Send(this IDatagramSocket socket, ReadOnlySpan<byte> datagram, PeerAddress to)
    {
        socket.CommitCopy(datagram, to);
        socket.Flush();
    }

    public static void CommitCopy(this IDatagramSocket socket, ReadOnlySpan<byte> datagram, PeerAddress to)
    {
        datagram.CopyTo(socket.RentSend(datagram.Length));
        socket.CommitSend(datagram.Length, to);
    }
}
