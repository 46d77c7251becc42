using System.Net;
using FastPath.Sockets;

namespace FastPath.Engine.Tests.Loopback;

/// <summary>A test of what the Linux engine alone can do; skipped, with the reason, where it does not run.</summary>
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = Reason();

    private static string? Reason()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "ECN codepoints are set and read by the Linux engine alone, and this is not Linux";
        }

        try
        {
            using IDatagramSocket socket = DatagramSocketFactory.Create(DatagramSocketKind.Linux, new IPEndPoint(IPAddress.Loopback, 0));
            return socket.Report.IsEcnReported ? null : $"this kernel does not report ECN codepoints: {socket.Report.Reason}";
        }
        catch (DatagramSocketException exception)
        {
            return $"the Linux engine does not run here: {exception.Message}";
        }
    }
}
