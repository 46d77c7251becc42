using System.Threading.Tasks.Sources;
using FastPath.Engine;
using FastPath.Protocol.Time;

namespace FastPath.Hosting;

/// <summary>A short message on its way: waits for room, then for what its kind says. Used again and again without an allocation.</summary>
/// <remarks>
/// Written by the application's thread until it is posted; from then on every change happens on the loop thread, so nothing
/// here needs a lock. Awaited once, it goes back to where it came from; one that was given up is left to the collector.
/// </remarks>
internal sealed class OutgoingMessage : ILoopTask, IValueTaskSource<ReadOnlyMemory<byte>>, IValueTaskSource
{
    private readonly MessagePool _pool;
    private ManualResetValueTaskSourceCore<ReadOnlyMemory<byte>> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _cancellation;
    private byte[] _buffer = [];
    private int _length;
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

    /// <summary>As it goes onto the wire; empty when only an answer is waited for.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Nobody waits for it any more.</summary>
    public bool IsDone => _isDone;

    /// <summary>Names this use of the object.</summary>
    public short Version => _core.Version;

    /// <summary>Space for the message's bytes; on the application's thread.</summary>
    public Span<byte> Begin(FastPathPeer peer, MessageKind kind, ulong number, int length)
    {
        _core.Reset();
        _isDone = false;
        _peer = peer;
        Kind = kind;
        Number = number;
        _length = length;
        if (_buffer.Length < length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(length);
        }

        return _buffer.AsSpan(0, length);
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

    /// <summary>Acknowledged, answered, or, when nobody waits, on its way.</summary>
    public void Complete(ReadOnlyMemory<byte> answer)
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

        _core.SetResult(answer);
    }

    public void Fail(Exception exception)
    {
        if (_isDone)
        {
            return;
        }

        _isDone = true;
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

    void IValueTaskSource.GetResult(short token) => Take(token);

    ValueTaskSourceStatus IValueTaskSource<ReadOnlyMemory<byte>>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ReadOnlyMemory<byte>>.OnCompleted(
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
