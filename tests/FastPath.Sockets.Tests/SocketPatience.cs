using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Tests;

/// <summary>Receives with a limit, so that a lost datagram is a failure and not a hang.</summary>
internal static class SocketPatience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static (byte[] Bytes, PeerAddress From) Receive(IDatagramSocket socket)
    {
        long end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            if (socket.TryReceive(out Span<byte> datagram, out PeerAddress from))
            {
                return (datagram.ToArray(), from);
            }

            socket.Wait(TimeSpan.FromMilliseconds(100));
        }

        throw new TimeoutException("nothing arrived");
    }
}
