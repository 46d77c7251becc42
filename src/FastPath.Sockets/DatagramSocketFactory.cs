using System.Net;
using System.Net.Sockets;
using FastPath.Sockets.Linux;
using FastPath.Sockets.Portable;

namespace FastPath.Sockets;

/// <summary>
/// Opens a socket on the best engine, or on the one that was asked for; its report says which and why.
/// </summary>
internal static class DatagramSocketFactory
{
    /// <exception cref="DatagramSocketException">
    /// The address is in use, not local or not permitted; or the Linux engine was asked for and does not run here.
    /// </exception>
    public static IDatagramSocket Create(
        DatagramSocketKind kind, IPEndPoint local, DatagramSocketSettings? settings = null)
    {
        settings ??= DatagramSocketSettings.Default;
        if (kind == DatagramSocketKind.Saea)
        {
            return new SaeaDatagramSocket(local, settings);
        }

        OffloadProbe probe = OffloadProbe.Result;
        if (probe.IsUsable)
        {
            return settings.AllowOffload
                ? new LinuxDatagramSocket(local, settings, probe.Support, probe.Finding)
                : new LinuxDatagramSocket(local, settings, OffloadSupport.None, "offload is switched off by a setting");
        }

        return kind == DatagramSocketKind.Auto
            ? new SaeaDatagramSocket(local, settings, probe.Finding)
            : throw new DatagramSocketException(SocketError.OperationNotSupported, probe.Finding);
    }
}
