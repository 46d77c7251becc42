using System.Buffers.Binary;
using System.Net.Sockets;

namespace FastPath.Sockets;

/// <summary>Reads how many datagrams the kernel dropped for want of room in the socket's receive buffer.</summary>
internal static class KernelDropCount
{
    private const int LinuxSocketLevel = 1;
    private const int LinuxMemoryInformation = 55;
    private const int FieldCount = 9;
    private const int DropsField = 8;

    /// <returns>Null on a system that does not tell, and after the socket was closed.</returns>
    public static long? Read(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        Span<byte> fields = stackalloc byte[FieldCount * sizeof(uint)];
        try
        {
            return socket.GetRawSocketOption(LinuxSocketLevel, LinuxMemoryInformation, fields) == fields.Length
                ? BinaryPrimitives.ReadUInt32LittleEndian(fields[(DropsField * sizeof(uint))..])
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
