using FastPath.Buffers.Pooling;

namespace FastPath.Protocol.Streams;

/// <summary>The blocks of a ring by position: a power of two of them. Replaced as a whole when the ring grows.</summary>
/// <remarks>
/// A reader that still holds the smaller table finds its bytes there: entries at and above its position are never cleared.
/// </remarks>
internal sealed class RingSlots(int count, int blockBytes)
{
    private readonly SlabBlock[] _blocks = new SlabBlock[count];
    private readonly Memory<byte>[] _memory = new Memory<byte>[count];
    private readonly int _shift = System.Numerics.BitOperations.Log2((uint)blockBytes);

    public int Count => _blocks.Length;

    public static int CountFor(long capacityBytes, int blockBytes)
    {
        // A window that begins inside a block reaches into one block more than its length needs.
        int blocks = checked((int)((capacityBytes + blockBytes - 1) / blockBytes) + 1);
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)blocks);
    }

    public int IndexOf(long position) => (int)(position >> _shift) & (_blocks.Length - 1);

    public bool IsEmpty(int index) => _blocks[index].IsNone;

    public Memory<byte> Memory(int index) => _memory[index];

    public SlabBlock Block(int index) => _blocks[index];

    public void Set(int index, SlabBlock block, Memory<byte> memory)
    {
        _memory[index] = memory;
        _blocks[index] = block;
    }
}
