using System.Net;
using System.Net.Sockets;

namespace FastPath.Sockets.Tests;

/// <summary>The loopback addresses that this machine has; some containers have no IPv6.</summary>
internal static class Loopback
{
    public static bool HasIPv6 { get; } = CanBind(IPAddress.IPv6Loopback);

    public static TheoryData<string> Hosts => HasIPv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"];

    private static bool CanBind(IPAddress address)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
