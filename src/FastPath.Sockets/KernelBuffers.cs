using System.Buffers.Binary;
using System.Net.Sockets;

namespace FastPath.Sockets;

/// <summary>Socket buffers in bytes: what was requested and what is granted.</summary>
/// <remarks>
/// Linux keeps twice the size for its own bookkeeping and reports that; here it is halved, so the two compare.
/// </remarks>
internal sealed record KernelBuffers(int RequestedReceive, int GrantedReceive, int RequestedSend, int GrantedSend)
{
    private const int LinuxSocketLevel = 1;
    private const int LinuxSendBuffer = 7;
    private const int LinuxReceiveBuffer = 8;
    private const int LinuxSendBufferForce = 32;
    private const int LinuxReceiveBufferForce = 33;
    private const int LinuxBookkeepingFactor = 2;

    /// <summary>
    /// Asks for the sizes, past the system's limit where the process may, and reads back what came of it.
    /// </summary>
    public static KernelBuffers Request(Socket socket, DatagramSocketSettings settings)
    {
        if (!OperatingSystem.IsLinux())
        {
            TrySet(() => socket.ReceiveBufferSize = settings.ReceiveBufferBytes);
            TrySet(() => socket.SendBufferSize = settings.SendBufferBytes);
            return new KernelBuffers(
                settings.ReceiveBufferBytes, socket.ReceiveBufferSize, settings.SendBufferBytes, socket.SendBufferSize);
        }

        RequestLinux(socket, LinuxReceiveBufferForce, LinuxReceiveBuffer, settings.ReceiveBufferBytes);
        RequestLinux(socket, LinuxSendBufferForce, LinuxSendBuffer, settings.SendBufferBytes);
        return new KernelBuffers(
            settings.ReceiveBufferBytes,
            ReadLinux(socket, LinuxReceiveBuffer) / LinuxBookkeepingFactor,
            settings.SendBufferBytes,
            ReadLinux(socket, LinuxSendBuffer) / LinuxBookkeepingFactor);
    }

    private static void RequestLinux(Socket socket, int forceOption, int option, int bytes)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(value, bytes);
        try
        {
            socket.SetRawSocketOption(LinuxSocketLevel, forceOption, value);
        }
        catch (SocketException)
        {
            // Not privileged: the kernel clamps the plain request to its limit and says so when read back.
            socket.SetRawSocketOption(LinuxSocketLevel, option, value);
        }
    }

    private static int ReadLinux(Socket socket, int option)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        socket.GetRawSocketOption(LinuxSocketLevel, option, value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    private static void TrySet(Action set)
    {
        try
        {
            set();
        }
        catch (SocketException)
        {
            // Some systems refuse a size beyond their limit instead of clamping it; what they had stays.
        }
    }
}
