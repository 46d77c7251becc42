using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>A ring that a writer of this node fills. Its blocks are reclaimed by the writer, when it needs room.</summary>
internal sealed class RingSource(RingWriter writer) : ReadSource
{
    public override EngineLoop Loop => writer.Loop;

    public override FragmentRing Ring => writer.Ring;

    public override StreamDescription Description => writer.Description;

    public override ReadOnlyMemory<byte> Digest => writer.Description.Digest;

    public override Instant LastProgressAt => writer.LastWrittenAt;

    public override bool IsWaitingForReaders => writer.Waiting > 0;

    public override void Attach(ReaderSignal signal) => writer.AttachReader(signal);

    public override void Consumed()
    {
        writer.OnReaderMoved();

        // The reader says that it waits before it asks, as the writer does: one of the two sees the other.
        Interlocked.MemoryBarrier();
        Settled?.Invoke();
    }

    public override void Leave(RingCursor? cursor, StreamErrorCode? stop)
    {
        if (cursor is not null)
        {
            writer.Ring.RemoveCursor(cursor);
            writer.OnReaderMoved();
        }

        if (stop is { } code)
        {
            writer.EndReader(code);
        }
    }

    public override TransferFailure Describe() => writer.DescribeFailure();

    public override void Report(DeliveryLevel level)
    {
        // The writer is of this node: it knows.
    }

    public override ReadSource ForAnother() => new RingSource(writer);
}
