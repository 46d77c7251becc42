using System.Buffers;

namespace FastPath.Streams;

/// <summary>Bytes of one block of a ring as a link of a sequence. Its running index is the offset in the whole payload.</summary>
internal sealed class RingSegment(RingPipeReader owner) : ReadOnlySequenceSegment<byte>
{
    public RingPipeReader Owner { get; } = owner;

    public long Start => RunningIndex;

    public long End => RunningIndex + Memory.Length;

    public new RingSegment? Next
    {
        get => (RingSegment?)base.Next;
        set => base.Next = value;
    }

    public void Set(long start, ReadOnlyMemory<byte> memory)
    {
        RunningIndex = start;
        Memory = memory;
        base.Next = null;
    }

    /// <summary>More of the same block has come.</summary>
    public void Extend(ReadOnlyMemory<byte> memory) => Memory = memory;
}
