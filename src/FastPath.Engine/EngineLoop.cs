using System.Collections.Concurrent;
using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;
using FastPath.Sockets;

namespace FastPath.Engine;

/// <summary>One thread that owns an endpoint and its socket, and turns the crank: commands, receive, timers, transmit.</summary>
/// <remarks>Other threads hand over work with <see cref="Post"/>; callbacks run on the loop and must only complete tasks.</remarks>
internal sealed class EngineLoop : IDisposable
{
    private const int DatagramsPerTurnMax = 64;
    private const int DatagramBytesMax = 2_048;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    private readonly Endpoint _endpoint;
    private readonly IDatagramSocket _socket;
    private readonly Action<ConnectionEvent> _onEvent;
    private readonly Action<DialResult> _onDialResult;
    private readonly ConcurrentQueue<Action<Endpoint, Instant>> _commands = new();
    private readonly Thread _thread;
    private volatile bool _stopping;

    public EngineLoop(
        Endpoint endpoint, IDatagramSocket socket, Action<ConnectionEvent> onEvent, Action<DialResult> onDialResult)
    {
        _endpoint = endpoint;
        _socket = socket;
        _onEvent = onEvent;
        _onDialResult = onDialResult;
        _thread = new Thread(Run) { IsBackground = true, Name = "fastpath loop" };
        _thread.Start();
    }

    public void Post(Action<Endpoint, Instant> command)
    {
        _commands.Enqueue(command);
        _socket.Wake();
    }

    /// <summary>Closes every connection with a code, sends what is left and ends the thread.</summary>
    public void Dispose()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        _socket.Wake();
        _thread.Join();
        _socket.Dispose();
        _endpoint.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            RunTurn(MonotonicClock.Now);
            _socket.Wait(UntilNextTimeout());
        }

        _endpoint.Close(MonotonicClock.Now, "the node is shutting down");
        RunTurn(MonotonicClock.Now);
    }

    private void RunTurn(Instant now)
    {
        while (_commands.TryDequeue(out Action<Endpoint, Instant>? command))
        {
            command(_endpoint, now);
        }

        bool hasMore = true;
        while (hasMore)
        {
            hasMore = ReceiveBatch(now);
            if (now >= _endpoint.NextTimeout)
            {
                _endpoint.HandleTimeout(now);
            }

            while (_endpoint.TryPollTransmit(
                now, _socket.RentSend(DatagramBytesMax), out int length, out PeerAddress to))
            {
                _socket.CommitSend(length, to);
            }

            _socket.Flush();

            while (_endpoint.TryPollEvent(out ConnectionEvent connectionEvent))
            {
                _onEvent(connectionEvent);
            }

            while (_endpoint.TryPollDialResult(out DialResult result))
            {
                _onDialResult(result);
            }

            now = MonotonicClock.Now;
        }
    }

    /// <returns>True when the batch was full, so more may wait.</returns>
    private bool ReceiveBatch(Instant now)
    {
        int received = 0;
        while (received < DatagramsPerTurnMax && _socket.TryReceive(out Span<byte> datagram, out PeerAddress from))
        {
            received++;
            _endpoint.HandleDatagram(now, from, datagram);
        }

        return received == DatagramsPerTurnMax;
    }

    private TimeSpan UntilNextTimeout()
    {
        if (!_commands.IsEmpty)
        {
            return TimeSpan.Zero;
        }

        Instant next = _endpoint.NextTimeout;
        if (next == Instant.Never)
        {
            return WaitMax;
        }

        // Rounded up to whole milliseconds, the kernel's unit, so that the loop does not spin before a deadline.
        double milliseconds = Math.Ceiling((next - MonotonicClock.Now).Milliseconds);
        return TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, WaitMax.TotalMilliseconds));
    }
}
