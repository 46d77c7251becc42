using System.Collections.Concurrent;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Time;
using FastPath.Sockets;

namespace FastPath.Engine;

/// <summary>Owns a node and its socket, and turns the crank on one thread: tasks, receive, timers, transmit.</summary>
/// <remarks>
/// The thread is its own, or shared with the loops of other nodes; each knows nothing of the others. Other threads hand over work
/// with <see cref="Post(ILoopTask)"/>; callbacks run on the loop and must only complete tasks.
/// </remarks>
internal sealed class EngineLoop : IDisposable
{
    private const int DatagramsOfFirstBatch = 16;
    private const int DatagramsOfBatch = 64;
    private const int DatagramBytesMax = ushort.MaxValue;

    // However many connections have much to send, what came meanwhile is looked at after so many (scenario F2).
    private const int DatagramsOfTransmit = 256;

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    // At full speed a reader that is woken this often takes some hundred kilobytes each time; oftener, waking costs more
    // than reading.
    private static readonly Duration Delay = Duration.FromMicroseconds(200);

    private readonly NodeCore _core;
    private readonly IDatagramSocket _socket;
    private readonly ConcurrentQueue<ILoopTask> _tasks = new();
    private readonly List<AsyncSignal> _deferred = [];
    private readonly Queue<(Instant Due, ILoopTask Task)> _delayed = new();
    private readonly ILoopThread _thread;
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FlushRamp _ramp = new();
    private int _isRunningLate;
    private volatile bool _isStarted;
    private volatile bool _stopping;
    private volatile bool _hasEnded;

    /// <param name="core">The node.</param>
    /// <param name="socket">Its socket, which the loop disposes of.</param>
    /// <param name="thread">Turns the loop once it has started.</param>
    /// <param name="runsContinuationsInline">
    /// What awaits a stream goes on on that thread: no hop, but one that blocks there blocks every connection.
    /// </param>
    public EngineLoop(NodeCore core, IDatagramSocket socket, ILoopThread thread, bool runsContinuationsInline = false)
    {
        RunsContinuationsInline = runsContinuationsInline;
        _core = core;
        _socket = socket;
        Writers = new WriterLine(core.Endpoint.Backlog);
        _thread = thread;
    }

    public bool RunsContinuationsInline { get; }

    /// <summary>Its thread has left it; tasks run where they are posted.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>To be asked by the thread, which then says farewell and leaves.</summary>
    public bool IsStopping => _stopping;

    public IDatagramSocket Socket => _socket;

    /// <summary>Handed over, and not yet done.</summary>
    public bool HasTasks => !_tasks.IsEmpty;

    /// <summary>Signals of other loops' code on this thread wait for the end of a batch.</summary>
    public bool HasDeferred => _deferred.Count > 0;

    /// <summary>Whoever asks is on the thread, and the loop will have another pass.</summary>
    private bool IsCurrent => _thread.IsCurrent && !_left.Task.IsCompleted;

    /// <summary>Writers that wait for their turn; on the loop thread alone.</summary>
    public WriterLine Writers { get; }

    /// <summary>Most bytes of sealed packets that waited for a flush.</summary>
    public long PeakBatchBytes { get; private set; }

    public void ResetPeak() => PeakBatchBytes = 0;

    /// <summary>Begins to turn; tasks that were posted before are done first.</summary>
    public void Start()
    {
        _isStarted = true;
        _thread.Add(this);
    }

    public void Post(Action<Instant> action) => Post(new LoopAction(action));

    public void Post(ILoopTask task)
    {
        _tasks.Enqueue(task);

        // The thread raises its flag before it looks at the queue for the last time, so one of the two sees the other.
        Interlocked.MemoryBarrier();
        _thread.Nudge();
        if (_hasEnded)
        {
            RunLateTasks();
        }
    }

    /// <summary>Keeps a signal that was set on the loop thread until the batch is done; false on any other thread.</summary>
    internal bool TryDefer(AsyncSignal signal)
    {
        if (!IsCurrent)
        {
            return false;
        }

        _deferred.Add(signal);
        return true;
    }

    /// <summary>Runs a task a little later, in a fifth of a millisecond or so; on the loop thread alone.</summary>
    /// <returns>False on any other thread: nothing was done.</returns>
    internal bool TryDelay(ILoopTask task, Instant now)
    {
        if (!IsCurrent)
        {
            return false;
        }

        _delayed.Enqueue((now + Delay, task));
        return true;
    }

    /// <summary>Closes every connection with a code, sends what is left and leaves the thread.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        Interlocked.MemoryBarrier();
        _thread.Nudge();
        if (_isStarted)
        {
            _left.Task.Wait();
        }

        // Raised before the queue is looked at for the last time: a task is seen here or by whoever posts it.
        _hasEnded = true;
        Interlocked.MemoryBarrier();
        RunLateTasks();
        _socket.Dispose();
        _core.Dispose();
    }

    /// <summary>Turns until nothing is left to do at once. As all below: by the thread alone.</summary>
    public void RunTurn()
    {
        for (int batch = DatagramsOfFirstBatch; RunPass(batch); batch = DatagramsOfBatch)
        {
            // What came first is passed on before the rest of a burst is looked at.
        }
    }

    /// <summary>Each of its works once, each bounded.</summary>
    /// <param name="batch">Datagrams that are received at most.</param>
    /// <returns>True when there is more to do at once.</returns>
    public bool RunPass(int batch = DatagramsOfBatch)
    {
        Instant now = MonotonicClock.Now;
        RunTasks(now);
        bool isBatchEnd = !ReceiveBatch(now, batch);
        if (now >= _core.NextTimeout)
        {
            _core.HandleTimeout(now);
        }

        _core.HandleEvents(now);
        RunDelayed(now);
        if (RunsContinuationsInline)
        {
            // What they write leaves in this turn.
            Writers.Serve();
            CompleteDeferred();
            RunTasks(now);
        }

        bool hasMore = !Transmit(now, isBatchEnd) || TellRefused(now) || !isBatchEnd;
        _core.HandleEvents(now);
        Writers.Serve();
        CompleteDeferred();
        return hasMore && !_stopping;
    }

    /// <summary>The loop had nothing to do for so long.</summary>
    public void OnWaited(Duration idle) => _ramp.OnWaited(idle);

    /// <summary>Closes every connection with a code and sends what is left; the thread turns this loop no more, and confirms it.</summary>
    public void Leave()
    {
        _core.Endpoint.Close(MonotonicClock.Now, "the node is shutting down");
        RunTurn();
        while (!Transmit(MonotonicClock.Now, isBatchEnd: true))
        {
            // Every peer is told, however many there are.
        }

        while (_delayed.TryDequeue(out (Instant Due, ILoopTask Task) left))
        {
            left.Task.Run(MonotonicClock.Now);
        }

        CompleteDeferred();
    }

    /// <summary>Nothing of the thread knows this loop any more: whoever disposes of it goes on.</summary>
    public void ConfirmLeft() => _left.SetResult();

    /// <summary>How long there is nothing to do unless something comes.</summary>
    public TimeSpan UntilNextTimeout(Instant now)
    {
        if (!_tasks.IsEmpty || _stopping)
        {
            return TimeSpan.Zero;
        }

        Instant next = _core.NextTimeout;
        if (!Writers.IsEmpty)
        {
            // Some were let go; whether they have written shows soon.
            next = Instant.Min(next, now + Delay);
        }

        if (_delayed.TryPeek(out (Instant Due, ILoopTask Task) delayed) && delayed.Due < next)
        {
            return (delayed.Due - now).ToTimeSpan() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }

        if (next == Instant.Never)
        {
            return WaitMax;
        }

        // Rounded up to whole milliseconds, the kernel's unit, so that the loop does not spin before a deadline.
        double milliseconds = Math.Ceiling((next - now).Milliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, WaitMax.TotalMilliseconds));
    }

    /// <summary>What comes after the end runs where it is posted, one at a time: it finds every connection closed, and says so.</summary>
    /// <remarks>
    /// Whoever finds another one at it leaves its task to that one and goes on, as with a loop that lives: nobody waits here,
    /// so nobody waits for ever. A task that fails harms neither the others nor whoever posted them: the node is gone.
    /// </remarks>
    private void RunLateTasks()
    {
        while (!_tasks.IsEmpty && Interlocked.Exchange(ref _isRunningLate, 1) == 0)
        {
            while (_tasks.TryDequeue(out ILoopTask? task))
            {
                RunLate(task);
            }

            // Then looked at once more: one that came just before this was left here by its poster.
            Interlocked.Exchange(ref _isRunningLate, 0);
        }
    }

    private static void RunLate(ILoopTask task)
    {
        try
        {
            task.Run(MonotonicClock.Now);
        }
        catch (Exception)
        {
            // It may be a timer's or a token's thread, which an exception would end the process from.
        }
    }

    /// <summary>Only as many as were there: a task that posts another never keeps the loop from its packets.</summary>
    private void RunTasks(Instant now)
    {
        for (int waiting = _tasks.Count; waiting > 0 && _tasks.TryDequeue(out ILoopTask? task); waiting--)
        {
            task.Run(now);
        }
    }

    private void RunDelayed(Instant now)
    {
        // All wait equally long, so the first is due first.
        while (_delayed.TryPeek(out (Instant Due, ILoopTask Task) next) && next.Due <= now)
        {
            _delayed.Dequeue();
            next.Task.Run(now);
        }
    }

    private void CompleteDeferred()
    {
        // One that runs here may set others.
        for (int i = 0; i < _deferred.Count; i++)
        {
            _deferred[i].Complete();
        }

        _deferred.Clear();
    }

    /// <returns>False when more may leave at once.</returns>
    private bool Transmit(Instant now, bool isBatchEnd)
    {
        int waiting = 0;
        int datagrams = 0;
        while (datagrams < DatagramsOfTransmit && _core.Endpoint.TryPollTransmit(
            now, _socket.RentSend(DatagramBytesMax), isBatchEnd, out int length, out PeerAddress to))
        {
            datagrams++;
            Departure departure = _core.Endpoint.Departure;
            _socket.CommitSend(length, to, departure.Ecn);
            waiting += length;
            Writers.OnSent(length);
            if (departure.Opens)
            {
                _ramp.OnStreamOpened();
            }

            PeakBatchBytes = Math.Max(PeakBatchBytes, waiting);
            if (_ramp.IsEnough(waiting, length, departure.Relays) || departure.AtOnce)
            {
                waiting = 0;
                if (Flush())
                {
                    return false;
                }
            }
        }

        if (waiting > 0)
        {
            Flush();
        }

        return datagrams < DatagramsOfTransmit;
    }

    /// <returns>True when others on this thread are to have their turn before more leaves.</returns>
    private bool Flush()
    {
        _socket.Flush();
        return _ramp.OnFlushed() && _thread.GivesWay();
    }

    /// <returns>True when a connection cuts shorter packets from now on, and may send them at once.</returns>
    private bool TellRefused(Instant now)
    {
        bool isCutAnew = false;
        while (_socket.TryTakeRefused(out RefusedDatagram refused))
        {
            isCutAnew |= _core.Endpoint.TryHandleRefused(now, refused.To, refused.Head, refused.Length);
        }

        return isCutAnew;
    }

    /// <returns>True when the batch was full, so more may wait.</returns>
    private bool ReceiveBatch(Instant now, int datagramsMax)
    {
        int received = 0;
        while (received < datagramsMax && _socket.TryReceive(out Span<byte> datagram, out PeerAddress from))
        {
            received++;
            _core.Endpoint.HandleDatagram(now, from, datagram, _socket.ReceivedEcn);
        }

        return received == datagramsMax;
    }
}
