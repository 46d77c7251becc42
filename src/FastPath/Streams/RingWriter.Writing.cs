using System.Runtime.CompilerServices;
using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Bytes into the ring, in order and in place or at any offset, and the waits for room.</summary>
internal sealed partial class RingWriter
{
    // The loop may seal the first of a long write while the rest is copied, and still has enough for a batch each time.
    private const int PostBytes = 64 * 1_024;

    /// <summary>Waits for free slots and gives some memory of them.</summary>
    /// <remarks>The memory is the writer's until it commits some of it or calls <see cref="GiveBack"/>.</remarks>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Memory<byte>> GetSpaceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryGetSpace(out Memory<byte> space))
            {
                return space;
            }

            AsyncSignal signal = await _space.EnterAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (TryGetSpace(out space))
                {
                    return space;
                }

                TellNoRoom();
                await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _space.Leave(signal);
            }
        }
    }

    /// <summary>Gives memory of free slots when there are any.</summary>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public bool TryGetSpace(out Memory<byte> space)
    {
        lock (_ringGate)
        {
            ThrowIfEnded();
            Ring.Reclaim();
            _growth.Apply(Ring);
            space = IsTurnOver ? default : Ring.GetSpace();
            _isLent |= !space.IsEmpty;
        }

        if (space.IsEmpty && IsTurnOver)
        {
            AskForTurn();
        }

        return !space.IsEmpty;
    }

    /// <summary>Whoever had memory of free slots in hand has not any more.</summary>
    public void GiveBack() => Volatile.Write(ref _isLent, false);

    /// <summary>The first bytes of the space hold payload now.</summary>
    public void Commit(int length)
    {
        CommitNoted(length);
        _offer.Post();
    }

    /// <summary>Copies as many bytes as there is room for, in order.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        int written = 0;
        int posted = 0;
        while (written < bytes.Length && TryGetSpace(out Memory<byte> space))
        {
            int count = Math.Min(space.Length, bytes.Length - written);
            bytes.Slice(written, count).CopyTo(space.Span);
            CommitNoted(count);
            written += count;
            if (written - posted >= PostBytes)
            {
                _offer.Post();
                posted = written;
            }
        }

        if (written > posted)
        {
            _offer.Post();
        }

        return written;
    }

    /// <summary>Writes bytes at any offset inside the window, waiting until the window has come that far.</summary>
    /// <returns>False when every byte was there already.</returns>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    public async ValueTask<bool> WriteAtAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool isNew = false;
        while (!bytes.IsEmpty)
        {
            int length = WriteAt(offset, bytes.Span, ref isNew);
            if (length == 0)
            {
                // What fits is written without a place, so those that wait never keep out what they wait for.
                AsyncSignal signal = await _space.EnterAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    length = WriteAt(offset, bytes.Span, ref isNew);
                    if (length == 0)
                    {
                        TellNoRoom();
                        await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                    }
                }
                finally
                {
                    _space.Leave(signal);
                }
            }

            offset += length;
            bytes = bytes[length..];
        }

        return isNew;
    }

    /// <summary>Waits until something has changed: there may be room, or an end. Returns at once when there is room.</summary>
    /// <exception cref="FastPathException">Every target has ended.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitForChangeAsync(CancellationToken cancellationToken)
    {
        AsyncSignal signal = await _space.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!TryGetSpace(out _))
            {
                TellNoRoom();
                await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _space.Leave(signal);
        }
    }

    private void CommitNoted(int length)
    {
        long start = Ring.Frontier;
        Ring.CommitInPlace(length);
        GiveBack();
        AddOffer(start, start + length);
    }

    private int WriteAt(long offset, ReadOnlySpan<byte> bytes, ref bool isNew)
    {
        int length;
        lock (_ringGate)
        {
            ThrowIfEnded();
            Ring.Reclaim();
            length = (int)Math.Clamp(Ring.ReclaimedTo + Ring.Capacity - offset, 0, bytes.Length);
            if (length == 0)
            {
                return 0;
            }

            RingWriteResult result = Ring.Write(offset, bytes[..length], out _);
            if (result is not (RingWriteResult.Stored or RingWriteResult.Duplicate))
            {
                throw new FastPathException(FastPathError.Protocol, $"bytes at offset {offset} do not fit the stream: {result}");
            }

            isNew |= result == RingWriteResult.Stored;
        }

        AddOffer(offset, offset + length);
        _offer.Post();
        return length;
    }
}
