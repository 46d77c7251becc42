using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastPath.Sockets.Linux.Interop;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Sockets.Linux;

/// <summary>Waits for sockets by epoll: what it costs follows how many have something, not how many there are.</summary>
internal sealed class EpollWait : SharedWait, IPolledWait
{
    private const int EventsAtOnce = 64;
    private const ulong EventSlot = ulong.MaxValue;

    private readonly SafeFileHandle _epoll;
    private readonly WakeEvent _event;
    private readonly EpollEvents _events = new(EventsAtOnce);
    private readonly EpollEvents _wanted = new(1);
    private readonly TimeSpan _spin;
    private readonly Lock _gate = new();
    private readonly Queue<int> _free = [];
    private IEpollMember?[] _members = new IEpollMember?[8];
    private int _slots;

    /// <exception cref="DatagramSocketException">The process has no descriptor left.</exception>
    public EpollWait(DatagramSocketSettings settings)
    {
        Received = new ReceiveMemory(settings.ReceiveBatchMessages);
        _spin = settings.PollsWhileWaiting ? TimeSpan.MaxValue : settings.SpinBeforeWait;
        int descriptor = Libc.epoll_create1(LibcConstants.EPOLL_CLOEXEC);
        if (descriptor < 0)
        {
            throw new DatagramSocketException(
                SocketError.TooManyOpenSockets, $"No epoll descriptor: error {Marshal.GetLastPInvokeError()}.");
        }

        _epoll = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            _event = new WakeEvent();
        }
        catch
        {
            _epoll.Dispose();
            throw;
        }

        Control(LibcConstants.EPOLL_CTL_ADD, _event.Handle, EventSlot);
    }

    /// <summary>For all members in turn.</summary>
    public ReceiveMemory Received { get; }

    public override void Wake() => _event.Wake();

    /// <summary>From now on the member hears when its socket is readable.</summary>
    /// <returns>Its slot, to leave with.</returns>
    /// <exception cref="DatagramSocketException">The system watches no more sockets.</exception>
    public int Add(IEpollMember member)
    {
        lock (_gate)
        {
            int slot = _free.Count > 0 ? _free.Dequeue() : _slots++;
            if (slot == _members.Length)
            {
                Array.Resize(ref _members, 2 * slot);
            }

            Volatile.Write(ref _members[slot], member);
            Control(LibcConstants.EPOLL_CTL_ADD, member.Handle, (ulong)slot);
            return slot;
        }
    }

    /// <summary>Before its socket is closed, which takes it out of the kernel's list.</summary>
    public void Remove(int slot)
    {
        lock (_gate)
        {
            Volatile.Write(ref _members[slot], null);
            _free.Enqueue(slot);
        }
    }

    public override void Wait(TimeSpan timeout)
    {
        if (HasCome() || YieldingSpin.Run(this, _spin, ref timeout) || timeout <= TimeSpan.Zero)
        {
            return;
        }

        if (_event.TryBeginSleep())
        {
            Poll((int)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), int.MaxValue));
        }

        _event.EndSleep();
    }

    public bool HasCome() => _event.TryConsumeWake() || Poll(0);

    public override void Dispose()
    {
        _epoll.Dispose();
        _event.Dispose();
    }

    /// <summary>Tells the members that are readable.</summary>
    /// <returns>True when there were some, or a wake.</returns>
    private bool Poll(int milliseconds)
    {
        // SAFETY: a pinned vector of this object, with room for so many events.
        int count = Libc.epoll_wait(_epoll, _events.Address, EventsAtOnce, milliseconds);
        GC.KeepAlive(this);
        for (int i = 0; i < count; i++)
        {
            ulong slot = _events.DataOf(i);
            if (slot == EventSlot)
            {
                _event.Drain();
            }
            else
            {
                // One that is being disposed of may be gone.
                Volatile.Read(ref Volatile.Read(ref _members)[slot])?.OnReadable();
            }
        }

        return count > 0;
    }

    private void Control(int operation, SafeHandle handle, ulong slot)
    {
        bool isHeld = false;
        try
        {
            handle.DangerousAddRef(ref isHeld);
            _wanted.Set(0, LibcConstants.EPOLLIN, slot);

            // SAFETY: the handle is held open over the call, and the event is a pinned vector of this object.
            int result = Libc.epoll_ctl(_epoll, operation, (int)handle.DangerousGetHandle(), _wanted.Address);
            GC.KeepAlive(this);
            if (result != 0)
            {
                throw new DatagramSocketException(
                    SocketError.TooManyOpenSockets, $"The socket cannot be watched: error {Marshal.GetLastPInvokeError()}.");
            }
        }
        finally
        {
            if (isHeld)
            {
                handle.DangerousRelease();
            }
        }
    }
}
