using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Interleavings.Tests.Scheduling;
using FastPath.Protocol.Streams;

namespace FastPath.Interleavings.Tests;

/// <summary>One ring with its readers, and the way that a stream handle reads: look, wait, look again.</summary>
internal sealed class RingRun
{
    private readonly PinnedSlabPool _pool;
    private readonly AsyncSignal[] _signals;
    private int _hasEnded;

    public RingRun(int block, int size, int readers, int signals = 0)
    {
        _pool = new PinnedSlabPool(16 * block, block);
        Payload = new byte[size];
        new Random(size).NextBytes(Payload);
        Ring = FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, 0, size)!;
        Ring.TrySetFinalSize(size);
        Cursors = [.. Enumerable.Range(0, readers).Select(_ => Ring.TryAddCursor()!)];
        _signals = [.. Enumerable.Range(0, Math.Max(readers, signals)).Select(_ => new AsyncSignal(EngineLoop.Instance))];
    }

    public byte[] Payload { get; }

    public FragmentRing Ring { get; }

    public RingCursor[] Cursors { get; }

    public void WakeReaders()
    {
        foreach (AsyncSignal signal in _signals)
        {
            signal.Set();
        }
    }

    /// <summary>The stream is complete: the writing side is done with the ring.</summary>
    public void End()
    {
        Ring.Abandon();
        Volatile.Write(ref _hasEnded, 1);
        WakeReaders();
    }

    public void ReadToEnd(int reader, RingCursor cursor, List<byte> into)
    {
        while (true)
        {
            int hasEnded = Volatile.Read(ref _hasEnded);
            long frontier = Ring.Frontier;
            if (cursor.Position < frontier)
            {
                ReadOnlyMemory<byte> part = Ring.Peek(cursor.Position, frontier);

                // The part is the reader's until it advances, whatever the loop does meanwhile.
                SteppedThread.Step();
                into.AddRange(part.Span);
                cursor.Advance(cursor.Position + part.Length);
            }
            else if (cursor.Position == Ring.FinalSize)
            {
                break;
            }
            else
            {
                Assert.Equal(0, hasEnded);
                SteppedThread.Current!.Await(_signals[reader].WaitAsync(CancellationToken.None));
            }
        }

        Ring.RemoveCursor(cursor);
    }

    public void AssertGivenBack() => Assert.Equal((0L, 0L), (_pool.RentedBytes, _pool.ReservedBytes));
}
