using FastPath.Engine;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;

namespace FastPath.Streams;

/// <summary>One reader's side of a ring that somebody fills: a connection, or a writer of this node.</summary>
internal abstract class ReadSource
{
    /// <summary>Of the node.</summary>
    public abstract EngineLoop Loop { get; }

    public abstract FragmentRing Ring { get; }

    public abstract StreamDescription Description { get; }

    /// <summary>BLAKE3 of the payload as announced, at the opening or with its end: 32 bytes, or empty while not known.</summary>
    public abstract ReadOnlyMemory<byte> Digest { get; }

    /// <summary>When the last new byte came.</summary>
    public abstract Instant LastProgressAt { get; }

    /// <summary>The window is used up: whoever fills the ring waits for readers. True inside <see cref="Settled"/> at the latest.</summary>
    public abstract bool IsWaitingForReaders { get; }

    /// <summary>Called after what was consumed has been given back, on whichever thread does that.</summary>
    public Action? Settled { get; set; }

    /// <summary>Begins to tell of bytes and of the end; what came before is told at once.</summary>
    public abstract void Attach(ReaderSignal signal);

    /// <summary>The reader has passed bytes: from any thread.</summary>
    public abstract void Consumed();

    /// <summary>The reader has looked at everything, keeps some of it, and waits for more: from any thread.</summary>
    public virtual void AskForMore() => Consumed();

    /// <summary>Takes a cursor off the ring, and tells the filling side to stop when a code is given: from any thread.</summary>
    public abstract void Leave(RingCursor? cursor, StreamErrorCode? stop);

    /// <summary>How far the transfer has come, for one that failed.</summary>
    public abstract TransferFailure Describe();

    /// <summary>The application at this end has read, or has safe, all of it: the sender may want to hear of it.</summary>
    public abstract void Report(DeliveryLevel level);

    /// <summary>The same side for another reader.</summary>
    public abstract ReadSource ForAnother();
}
