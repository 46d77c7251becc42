using System.Runtime.InteropServices;
using FastPath.Sockets.Linux.Interop;

namespace FastPath.Sockets.Linux;

/// <summary>
/// Blocks the loop thread until its socket is readable, another thread wakes it, or a time has passed.
/// </summary>
internal sealed class LoopWaiter : IDisposable
{
    private const int EventIndex = 1;

    private readonly WakeEvent _event = new();
    private readonly PinnedVector<PollDescriptor> _descriptors = new(2);
    private readonly PinnedVector<TimeSpecification> _timeout = new(1);

    public void Wake() => _event.Wake();

    /// <inheritdoc cref="WakeEvent.TryConsumeWake"/>
    public bool TryConsumeWake() => _event.TryConsumeWake();

    public void Block(SafeHandle socket, TimeSpan timeout)
    {
        if (_event.TryBeginSleep())
        {
            Poll(socket, LibcConstants.POLLIN, 2, timeout);
        }

        _event.EndSleep();
        if (_descriptors[EventIndex].Returned != 0)
        {
            _descriptors[EventIndex].Returned = 0;
            _event.Drain();
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
            _event.Handle.DangerousAddRef(ref isEventHeld);
            _descriptors[0] = new PollDescriptor { Descriptor = (int)socket.DangerousGetHandle(), Events = events };
            _descriptors[EventIndex] = new PollDescriptor
            {
                Descriptor = (int)_event.Handle.DangerousGetHandle(),
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
                _event.Handle.DangerousRelease();
            }

            if (isSocketHeld)
            {
                socket.DangerousRelease();
            }
        }
    }
}
