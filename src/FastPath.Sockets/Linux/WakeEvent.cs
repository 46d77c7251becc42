using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Sockets.Linux.Interop;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Sockets.Linux;

/// <summary>Ends another thread's sleep in the kernel.</summary>
/// <remarks>
/// Sleeper and waker each raise a flag and then, behind a full fence, look at the other's: at least one of them sees
/// the other, so no wake-up is lost. The event descriptor is written only while somebody sleeps; a wake of a busy loop
/// is free.
/// </remarks>
internal sealed class WakeEvent : IDisposable
{
    private readonly PinnedVector<ulong> _one = new(1);
    private readonly PinnedVector<ulong> _drained = new(1);
    private int _isWoken;
    private int _isSleeping;

    /// <exception cref="DatagramSocketException">The process has no descriptor left.</exception>
    public WakeEvent()
    {
        int descriptor = Libc.eventfd(0, LibcConstants.EFD_NONBLOCK | LibcConstants.EFD_CLOEXEC);
        if (descriptor < 0)
        {
            throw new DatagramSocketException(
                SocketError.TooManyOpenSockets, $"No event descriptor: error {Marshal.GetLastPInvokeError()}.");
        }

        Handle = new SafeFileHandle(descriptor, ownsHandle: true);
        _one[0] = 1;
    }

    /// <summary>Readable after a wake, until it is drained.</summary>
    public SafeFileHandle Handle { get; }

    public void Wake()
    {
        Interlocked.Exchange(ref _isWoken, 1);
        if (Volatile.Read(ref _isSleeping) == 0)
        {
            return;
        }

        try
        {
            // SAFETY: eight bytes of a pinned vector that is only ever read.
            Libc.write(Handle, _one.AddressOf(0), sizeof(ulong));
            GC.KeepAlive(this);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: nobody sleeps any more.
        }
    }

    /// <summary>True once after each wake; what the waker did before is visible then.</summary>
    public bool TryConsumeWake() => Volatile.Read(ref _isWoken) != 0 && Interlocked.Exchange(ref _isWoken, 0) != 0;

    /// <returns>False when a wake has come already; <see cref="EndSleep"/> follows all the same.</returns>
    public bool TryBeginSleep()
    {
        Interlocked.Exchange(ref _isSleeping, 1);
        return Volatile.Read(ref _isWoken) == 0;
    }

    public void EndSleep()
    {
        Volatile.Write(ref _isSleeping, 0);
        Interlocked.Exchange(ref _isWoken, 0);
    }

    /// <summary>Takes the wakes that have been written.</summary>
    public void Drain()
    {
        try
        {
            // SAFETY: eight bytes of a pinned vector that only the sleeper's thread writes.
            Libc.read(Handle, _drained.AddressOf(0), sizeof(ulong));
            GC.KeepAlive(this);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: there is nothing to drain.
        }
    }

    public void Dispose() => Handle.Dispose();
}
