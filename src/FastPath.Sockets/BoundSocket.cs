using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace FastPath.Sockets;

/// <summary>
/// Opens the operating system's socket as every engine needs it: bound, dual-mode, never fragmenting.
/// </summary>
internal static class BoundSocket
{
    private const int LinuxIPv4Level = 0;
    private const int LinuxIPv4PathMtuDiscovery = 10;
    private const int LinuxIPv6Level = 41;
    private const int LinuxIPv6PathMtuDiscovery = 23;
    private const int LinuxPathMtuProbe = 3;

    /// <exception cref="DatagramSocketException">The address is in use, not local or not permitted.</exception>
    public static Socket Open(IPEndPoint local)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = true;
            }

            ForbidFragments(socket);
            socket.Bind(local);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new DatagramSocketException(e.SocketErrorCode, $"Cannot listen on {local}: {e.Message}", e);
        }
    }

    /// <summary>
    /// A datagram that is too long for the path is refused or lost, and so found out by probing (RFC 8899).
    /// </summary>
    /// <remarks>
    /// On Linux the kernel's own idea of the path is passed over: it comes from ICMP messages that anybody can send.
    /// </remarks>
    private static void ForbidFragments(Socket socket)
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                ForbidFragmentsOnLinux(socket);
            }
            else if (socket.AddressFamily == AddressFamily.InterNetwork)
            {
                socket.DontFragment = true;
            }
        }
        catch (SocketException)
        {
            // An emulated network may not know the option: then long datagrams are slow, but nothing is wrong.
        }
    }

    private static void ForbidFragmentsOnLinux(Socket socket)
    {
        Span<byte> probe = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(probe, LinuxPathMtuProbe);
        socket.SetRawSocketOption(LinuxIPv4Level, LinuxIPv4PathMtuDiscovery, probe);
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            socket.SetRawSocketOption(LinuxIPv6Level, LinuxIPv6PathMtuDiscovery, probe);
        }
    }
}
