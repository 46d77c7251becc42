using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Sockets.Linux.Interop;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Sockets.Linux;

/// <summary>
/// Blocks the loop thread until its socket is readable, another thread wakes it, or a time has passed.
/// </summary>
/// <remarks>
/// Sleeper and waker each raise a flag and then, behind a full fence, look at the other's: at least one of them sees
/// the other, so no wake-up is lost. The event descriptor is written only while the loop sleeps; a wake of a busy loop
/// is free.
/// </remarks>
internal sealed class LoopWaiter : IDisposable
{
    private const int EventIndex = 1;

    private readonly SafeFileHandle _event;
    private readonly PinnedVector<PollDescriptor> _descriptors = new(2);
    private readonly PinnedVector<TimeSpecification> _timeout = new(1);
    private readonly PinnedVector<ulong> _one = new(1);
    private readonly PinnedVector<ulong> _drained = new(1);
    private int _isWoken;
    private int _isSleeping;

    /// <exception cref="DatagramSocketException">The process has no descriptor left.</exception>
    public LoopWaiter()
    {
        int descriptor = Libc.eventfd(0, LibcConstants.EFD_NONBLOCK | LibcConstants.EFD_CLOEXEC);
        if (descriptor < 0)
        {
            throw new DatagramSocketException(
                SocketError.TooManyOpenSockets, $"No event descriptor: error {Marshal.GetLastPInvokeError()}.");
        }

        _event = new SafeFileHandle(descriptor, ownsHandle: true);
        _one[0] = 1;
    }

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
            Libc.write(_event, _one.AddressOf(0), sizeof(ulong));
            GC.KeepAlive(this);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: nobody sleeps any more.
        }
    }

    /// <summary>True once after each wake; what the waker did before is visible then.</summary>
    public bool TryConsumeWake() => Volatile.Read(ref _isWoken) != 0 && Interlocked.Exchange(ref _isWoken, 0) != 0;

    public void Block(SafeHandle socket, TimeSpan timeout)
    {
        Interlocked.Exchange(ref _isSleeping, 1);
        if (Volatile.Read(ref _isWoken) == 0)
        {
            Poll(socket, LibcConstants.POLLIN, 2, timeout);
        }

        Volatile.Write(ref _isSleeping, 0);
        Interlocked.Exchange(ref _isWoken, 0);
        if (_descriptors[EventIndex].Returned != 0)
        {
            DrainEvent();
        }
    }

    /// <returns>False when the kernel had no room to send within the time.</returns>
    /// <remarks>
    /// A signal, with which the runtime suspends threads, ends it early and with true: the send is tried again.
    /// </remarks>
    public bool WaitForRoom(SafeHandle socket, TimeSpan timeout) =>
        Poll(socket, LibcConstants.POLLOUT, 1, timeout) != 0;

    public void Dispose() => _event.Dispose();

    private int Poll(SafeHandle socket, short events, int count, TimeSpan timeout)
    {
        bool isSocketHeld = false;
        bool isEventHeld = false;
        try
        {
            socket.DangerousAddRef(ref isSocketHeld);
            _event.DangerousAddRef(ref isEventHeld);
            _descriptors[0] = new PollDescriptor { Descriptor = (int)socket.DangerousGetHandle(), Events = events };
            _descriptors[EventIndex] = new PollDescriptor
            {
                Descriptor = (int)_event.DangerousGetHandle(),
                Events = LibcConstants.POLLIN,
            };
            bool isEndless = timeout == Timeout.InfiniteTimeSpan;
            _timeout[0] = TimeSpecification.From(timeout);

            // SAFETY: both handles are held open over the call; descriptors and timeout are pinned vectors of this
            // object.
            int ready = Libc.ppoll(_descriptors.AddressOf(0), (nuint)count, isEndless ? 0 : _timeout.AddressOf(0), 0);
            GC.KeepAlive(this);
            return ready;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
        finally
        {
            if (isEventHeld)
            {
                _event.DangerousRelease();
            }

            if (isSocketHeld)
            {
                socket.DangerousRelease();
            }
        }
    }

    private void DrainEvent()
    {
        _descriptors[EventIndex].Returned = 0;
        try
        {
            // SAFETY: eight bytes of a pinned vector that only the loop thread writes.
            Libc.read(_event, _drained.AddressOf(0), sizeof(ulong));
            GC.KeepAlive(this);
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile: there is nothing to drain.
        }
    }
}
