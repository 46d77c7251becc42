using FastPath.Sockets.Linux;
using FastPath.Sockets.Portable;

namespace FastPath.Sockets;

/// <summary>Where one thread waits for many sockets that have joined.</summary>
/// <remarks>
/// Only <see cref="Wake"/> may be used by other threads, and <see cref="IDatagramSocket.Join"/> of a socket that is new. A
/// socket leaves when it is disposed of.
/// </remarks>
internal abstract class SharedWait : IDisposable
{
    /// <summary>The best that the system has; sockets of every engine can join it.</summary>
    /// <exception cref="DatagramSocketException">The process has no descriptor left.</exception>
    public static SharedWait Create(DatagramSocketSettings settings) =>
        OperatingSystem.IsLinux() ? new EpollWait(settings) : new SignalWait(settings);

    /// <summary>
    /// Returns when one of the sockets has something to receive, after <see cref="Wake"/>, or at the timeout. May return early for
    /// no reason: <see cref="IDatagramSocket.HasArrived"/> tells of which socket it is true.
    /// </summary>
    public abstract void Wait(TimeSpan timeout);

    public abstract void Wake();

    public abstract void Dispose();
}
