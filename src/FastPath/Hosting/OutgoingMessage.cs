using System.Threading.Tasks.Sources;
using FastPath.Engine;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Time;

namespace FastPath.Hosting;

/// <summary>A short message on its way: waits for room, then for what its kind says. Used again and again without an allocation.</summary>
/// <remarks>
/// Written by the application's thread until it is posted; from then on every change happens on the loop thread, so nothing
/// here needs a lock. Awaited once, it goes back to where it came from; one that was given up is left to the collector.
/// </remarks>
internal sealed class OutgoingMessage :
    ILoopTask, IValueTaskSource<ReadOnlyMemory<byte>>, IValueTaskSource<int>, IValueTaskSource
{
    private readonly MessagePool _pool;
    private ManualResetValueTaskSourceCore<ReadOnlyMemory<byte>> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private PooledBytes _bytes;
    private Memory<byte>? _space;
    private FastPathPeer _peer = null!;
    private EngineLoop _loop = null!;
    private bool _isDone;
    private bool _isGivenUp;

    public OutgoingMessage(MessagePool pool)
    {
        _pool = pool;
        _core.RunContinuationsAsynchronously = !pool.RunsContinuationsInline;
    }

    public MessageKind Kind { get; private set; }

    /// <summary>Of a request.</summary>
    public ulong Number { get; private set; }

    /// <summary>Only an answer is waited for: it travels by itself, or has left.</summary>
    public bool IsEmpty => _bytes.Length == 0;

    /// <summary>Nobody waits for it any more.</summary>
    public bool IsDone => _isDone;

    /// <summary>Names this use of the object.</summary>
    public short Version => _core.Version;

    /// <summary>On the application's thread.</summary>
    /// <param name="bytes">As they go onto the wire; this object's from now on.</param>
    /// <param name="space">Where the answer goes; null for an array of its own.</param>
    public void Begin(FastPathPeer peer, MessageKind kind, ulong number, PooledBytes bytes, Memory<byte>? space = null)
    {
        _core.Reset();
        _isDone = false;
        _peer = peer;
        Kind = kind;
        Number = number;
        _bytes = bytes;
        _space = space;
    }

    /// <summary>Gives its bytes to the connection; on the loop thread.</summary>
    /// <returns>False when there is no room yet.</returns>
    public bool TryQueue(Connection connection, out ulong sequence)
    {
        bool isTaken = connection.TryQueueMessage(_bytes, out sequence);
        if (isTaken)
        {
            _bytes = default;
        }

        return isTaken;
    }

    /// <summary>Hands it to the loop; when anybody waits, what they wait with comes first.</summary>
    public void Post(EngineLoop loop, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _loop = loop;
            _cancellation = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static message => ((OutgoingMessage)message!).PostGiveUp(), this);
        }

        loop.Post(this);
    }

    public void Run(Instant now) => _peer.Send(this);

    /// <summary>Acknowledged or, when nobody waits, on its way.</summary>
    public void Complete()
    {
        if (_isDone)
        {
            return;
        }

        _isDone = true;
        if (Kind == MessageKind.Answer)
        {
            _pool.Return(this);
            return;
        }

        _core.SetResult(default);
    }

    /// <summary>Answered: the caller's memory is written to here, on the loop thread, and never once the request has failed.</summary>
    public void Complete(ReadOnlySpan<byte> answer)
    {
        if (_isDone)
        {
            return;
        }

        if (_space is not { } space)
        {
            _isDone = true;
            _core.SetResult(answer.ToArray());
        }
        else if (answer.Length > space.Length)
        {
            Fail(new FastPathException(
                FastPathError.TooLarge, $"the answer has {answer.Length} bytes, and the memory for it {space.Length}"));
        }
        else
        {
            _isDone = true;
            answer.CopyTo(space.Span);
            _core.SetResult(space[..answer.Length]);
        }
    }

    public void Fail(Exception exception)
    {
        if (_isDone)
        {
            return;
        }

        _isDone = true;
        _bytes.Return();
        _bytes = default;
        if (Kind != MessageKind.Answer)
        {
            _core.SetException(exception);
        }
    }

    /// <returns>False when this use of the object is over.</returns>
    public bool Cancel(short version)
    {
        bool isMine = version == Version && !_isDone;
        if (isMine)
        {
            Fail(new OperationCanceledException(_cancellation));
        }

        return isMine;
    }

    ReadOnlyMemory<byte> IValueTaskSource<ReadOnlyMemory<byte>>.GetResult(short token) => Take(token);

    int IValueTaskSource<int>.GetResult(short token) => Take(token).Length;

    void IValueTaskSource.GetResult(short token) => Take(token);

    ValueTaskSourceStatus IValueTaskSource<ReadOnlyMemory<byte>>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadOnlyMemory<byte>>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource<int>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ReadOnlyMemory<byte> Take(short token)
    {
        _registration.Dispose();
        _registration = default;
        _cancellation = default;
        ReadOnlyMemory<byte> answer = _core.GetResult(token);

        // Not after an exception, nor when it was to be given up: then the loop may still look at it.
        if (!_isGivenUp)
        {
            _pool.Return(this);
        }

        return answer;
    }

    private void PostGiveUp()
    {
        _isGivenUp = true;
        short version = Version;
        _loop.Post(_ => _peer.GiveUp(this, version));
    }
}
