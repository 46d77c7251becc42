using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Hashing;

namespace FastPath.Streams;

/// <summary>An incoming stream, readable while it arrives.</summary>
/// <remarks>
/// One read at a time; a second one is an InvalidOperationException, and a read after Dispose an ObjectDisposedException.
/// Memory of a plain read belongs to the stream's ring and is valid until the next read or Dispose; segments are valid until
/// they are released. What was read becomes credit for the sender, so a reader that pauses slows the sender down and loses
/// nothing. Disposing the last handle before the end tells the sender to stop.
/// </remarks>
public sealed partial class StreamHandle : IDisposable, IAsyncEnumerable<ReadOnlyMemory<byte>>
{
    private readonly ReadSource _source;
    private readonly ReadLeases _leases;
    private readonly ReaderSignal _signal;
    private readonly StreamReaders? _readers;
    private volatile Retention? _retention;
    private DeliveryLevel _reportedLevel;

    /// <param name="loop">The thread that owns the stream.</param>
    /// <param name="stream">Attached to when <see cref="Attach"/> is called, on the loop.</param>
    /// <param name="cursor">Of this handle alone.</param>
    /// <param name="readers">Counts the application's handles of the stream; null for one that only reads along.</param>
    internal StreamHandle(EngineLoop loop, ReceiveStream stream, RingCursor cursor, StreamReaders? readers)
        : this(new ReceiveSource(loop, stream), cursor, readers)
    {
    }

    /// <param name="source">For this handle alone.</param>
    /// <param name="cursor">Of this handle alone.</param>
    /// <param name="readers">Counts the application's handles of the stream; null for one that only reads along.</param>
    internal StreamHandle(ReadSource source, RingCursor cursor, StreamReaders? readers)
    {
        _source = source;
        _readers = readers;
        _signal = new ReaderSignal(source.Loop);
        _leases = new ReadLeases(cursor);
        source.Settled = OnSettled;
        _signal.NoRoom = OnSettled;
    }

    /// <summary>Names the transfer at both ends and at every relay between them.</summary>
    public UInt128 TransferId => _source.Description.TransferId;

    /// <summary>Bytes of the whole payload; null while only the end will tell.</summary>
    public long? TotalLength => _source.Ring.Payload.Length is var length and >= 0 ? length : null;

    /// <summary>Bytes from the start on that have arrived without a gap, and are verified when <see cref="IsVerified"/>.</summary>
    public long ReceivedBytes => _source.Ring.Payload.Received;

    /// <summary>Every byte has arrived (not: has been read).</summary>
    public bool IsComplete => _source.Ring.Payload.IsComplete;

    /// <summary>
    /// Every byte that can be read was proven, by the proofs of its source, to belong to <see cref="Digest"/>, whatever lies
    /// between. False when the stream carries no proofs or this node does not check them: unverified end to end.
    /// </summary>
    public bool IsVerified => _source.Ring.Payload.IsGated;

    /// <summary>What the opener said about the stream; at most 899 bytes.</summary>
    public ReadOnlyMemory<byte> Metadata =>
        _source.Description.Metadata is { Length: > 0 } metadata ? metadata[1..] : default;

    /// <summary>BLAKE3 of the whole payload as announced, 32 bytes; empty while not known: it may come with the end.</summary>
    public ReadOnlyMemory<byte> Digest => _source.Digest;

    /// <summary>Absolute offset of the first byte that this stream brings: not 0 where a broken transfer goes on.</summary>
    public long StartOffset => _source.Ring.StartOffset;

    /// <summary>Where the next byte to be read belongs.</summary>
    public long Position => _source.Ring.Payload.OffsetOf(_leases.Position);

    /// <summary>The first bytes are kept, so that a fork begins at 0 whatever was read (see <see cref="StreamReadOptions.Retain"/>).</summary>
    public bool IsRetaining => _retention is { IsHeld: true };

    /// <summary>How far the stream has come; costs a few reads of memory and no allocation.</summary>
    public StreamProgress Progress
    {
        get
        {
            FragmentRing ring = _source.Ring;
            Protocol.Time.Instant now = MonotonicClock.Now;
            long arrived = ring.Payload.OffsetOf(ring.Frontier) + ring.ReorderedBytes;
            TimeSpan age = (now - _source.LastProgressAt).ToTimeSpan();
            return new StreamProgress(
                ring.Payload.Received,
                arrived,
                Position,
                TotalLength,
                ring.HeldAbove.Count,
                _signal.BytesPerSecond(now, arrived),
                age > TimeSpan.Zero ? age : TimeSpan.Zero);
        }
    }

    /// <summary>Says that this application has the payload safe: its sender hears of it when it asked to.</summary>
    /// <exception cref="InvalidOperationException">Not all of it was read.</exception>
    public void Commit()
    {
        if (!IsComplete || Position != ReceivedBytes)
        {
            throw new InvalidOperationException($"Only {Position} bytes were read of a payload that is not at its end.");
        }

        Report(DeliveryLevel.Consumed);
        Report(DeliveryLevel.Committed);
    }

    /// <summary>The connection's side of the stream; not for handles of a pipe of this node.</summary>
    internal ReceiveStream Stream => ((ReceiveSource)_source).Stream;

    internal FragmentRing Ring => _source.Ring;

    internal EngineLoop Loop => _source.Loop;

    internal ReadLeases Leases => _leases;

    internal StreamReaders? Readers => _readers;

    /// <summary>Another reader of the same stream, from its first byte on, that lives and ends on its own (scenario P1).</summary>
    /// <param name="options">Of the fork; null for the defaults.</param>
    /// <exception cref="FastPathException">TooLate: bytes were given back already, and this handle does not retain them.</exception>
    /// <exception cref="ObjectDisposedException">This handle was disposed.</exception>
    public StreamHandle Fork(StreamReadOptions? options = null)
    {
        RingCursor cursor = _leases.AddCursor(_source.Ring)
            ?? throw new FastPathException(FastPathError.TooLate, "the first bytes were read by everybody and given back", transfer: Failure());
        _readers?.Add();
        var fork = new StreamHandle(_source.ForAnother(), cursor, _readers);
        fork.Configure(options);
        fork._source.Attach(fork._signal);
        return fork;
    }

    /// <summary>Ends the retention early; forks come too late once bytes were given back.</summary>
    public void ReleaseRetention() => _retention?.Release();

    /// <summary>The handle as a forward-only System.IO stream, which disposes it.</summary>
    public Stream AsStream() => new HandleStream(this);

    /// <summary>
    /// The handle as a pipe reader over the ring itself, without a copy; completing it disposes the handle. What is examined but
    /// not consumed stays in the stream's window, so a single parse that needs more than the window fails with TooLarge.
    /// </summary>
    public PipeReader AsPipeReader() => new RingPipeReader(this);

    /// <summary>The parts as they come; each is valid until the next is asked for.</summary>
    public async IAsyncEnumerator<ReadOnlyMemory<byte>> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadOnlyMemory<byte> part = await ReadAvailableAsync(cancellationToken).ConfigureAwait(false);
            if (part.IsEmpty)
            {
                yield break;
            }

            yield return part;
        }
    }

    /// <summary>Ends the reading with a reason, which the sender hears when this was the last handle before the end.</summary>
    public void Abort(FastPathError reason) => Stop(StreamFailures.CodeOf(reason));

    /// <inheritdoc/>
    public void Dispose() => Stop(StreamErrorCode.Cancelled);

    /// <summary>Begins to hear of the stream; on the loop thread.</summary>
    internal StreamHandle Attach()
    {
        ((ReceiveSource)_source).AttachHere(_signal);
        return this;
    }

    /// <summary>Begins to hear of a ring that this node fills.</summary>
    internal StreamHandle AttachAnywhere()
    {
        _source.Attach(_signal);
        return this;
    }

    /// <summary>Before the first read.</summary>
    internal void Configure(StreamReadOptions? options)
    {
        if (options is null)
        {
            return;
        }

        _hasher = options.ComputeDigest ? new Blake3Hasher() : null;
        if (options.Retain && _leases.AddCursor(_source.Ring) is { } cursor)
        {
            _retention = new Retention(_source, cursor);
        }
    }

    /// <summary>Hands the cursor, and the place among the readers, to somebody else; the handle is disposed then.</summary>
    /// <returns>False when it was read from, or disposed.</returns>
    internal bool TryHandOver()
    {
        if (!_leases.TryHandOver())
        {
            return false;
        }

        _retention?.Release();
        return true;
    }

    /// <summary>Ends the reading; the sender hears the code when the stream has not ended yet.</summary>
    internal void Stop(StreamErrorCode code)
    {
        if (!_leases.Close(out bool mustRemove))
        {
            return;
        }

        _signal.Signal.Set();
        _retention?.Release();
        bool isLast = _readers?.Remove() == true;
        _source.Leave(mustRemove ? _leases.Cursor : null, isLast ? code : null);
    }

    /// <summary>Ends the reading for a reason of this node: reads fail with it from here on, also when bytes are there.</summary>
    internal void Fail(StreamErrorCode code)
    {
        _failure = (int)code;
        _signal.Signal.Set();
        _retention?.Release();
        if (_leases.Close(out bool mustRemove))
        {
            bool isLast = _readers?.Remove() == true;
            _source.Leave(mustRemove ? _leases.Cursor : null, isLast ? code : null);
        }
    }

    /// <summary>The next read fails with it; what the reader holds until then stays its own.</summary>
    internal void FailNextRead(StreamErrorCode code)
    {
        _failure = (int)code;
        _signal.Signal.Set();
    }

    internal void Release(long lease)
    {
        if (_leases.Release(lease))
        {
            _source.Leave(_leases.Cursor, stop: null);
        }

        ReportConsumed(atLeast: Math.Max(1, _source.Ring.Capacity / ReportFraction));
    }

    internal TransferFailure Failure() => _source.Describe();
}
