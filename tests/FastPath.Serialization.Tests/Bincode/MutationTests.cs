using System.Buffers.Binary;
using System.Text.Json;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Tests.Vectors;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Bincode;

/// <summary>
/// Bytes of a peer are never trusted: whatever is done to a good value ends in a status, and costs little memory.
/// </summary>
public sealed class MutationTests
{
    private const int AllocationFactorMax = 8;
    private const int AllocationBase = 4 * 1_024;

    private static readonly JsonElement[] Values =
    [
        .. VectorFile.Read("contract_types.json"),
        .. VectorFile.Read("operations.json"),
        .. VectorFile.Read("symmetric_messages.json"),
    ];

    [Property(MaxTest = 10_000)]
    public void Mutated_values_end_in_a_status_the_same_for_both_readers(
        ushort which, byte mutation, uint where, ulong what, byte pieceLength)
    {
        JsonElement vector = Values[which % Values.Length];
        VectorType type = VectorTypes.Of(vector);
        byte[] bytes = Mutate(vector.Hex("hex"), mutation, where, what);

        (BincodeError error, int consumed, _) = type.Reread(bytes);
        Assert.InRange(consumed, 0, bytes.Length);
        Assert.InRange(error.Offset, 0, bytes.Length);
        (BincodeError pushed, long taken, _) = type.Push(bytes, pieceLength + 1);
        Assert.True(error == pushed, $"{vector.Text("name")}: {error}, {pushed}, {Convert.ToHexStringLower(bytes)}");
        Assert.True(error.IsError || taken == consumed, vector.Text("name"));
    }

    [Property(MaxTest = 2_000)]
    public void Random_bytes_end_in_a_status_the_same_for_both_readers(byte[] bytes, ushort which, byte pieceLength)
    {
        VectorType type = VectorTypes.Of(Values[which % Values.Length]);
        (BincodeError error, _, _) = type.Reread(bytes);
        Assert.Equal(error, type.Push(bytes, pieceLength + 1).Error);
    }

    [Property(MaxTest = 5_000)]
    public void Reading_allocates_at_most_a_multiple_of_the_input(ushort which, byte mutation, uint where, ulong what)
    {
        JsonElement vector = Values[which % Values.Length];
        VectorType type = VectorTypes.Of(vector);
        byte[] bytes = Mutate(vector.Hex("hex"), mutation, where, what);
        type.Read(bytes);
        type.PushUnheard(bytes);

        long before = GC.GetAllocatedBytesForCurrentThread();
        type.Read(bytes);
        long read = GC.GetAllocatedBytesForCurrentThread();
        type.PushUnheard(bytes);
        long pushed = GC.GetAllocatedBytesForCurrentThread();
        Assert.InRange(read - before, 0, (AllocationFactorMax * bytes.Length) + AllocationBase);
        Assert.InRange(pushed - read, 0, AllocationBase);
    }

    [Fact]
    public void Long_sets_and_maps_allocate_at_most_a_multiple_of_the_input()
    {
        byte[] addresses = List(
            20_000, 10, (element, i) => BinaryPrimitives.WriteInt32BigEndian(element.AsSpan(4), int.MaxValue - i));
        byte[] related = List(20_000, 42, (element, i) =>
        {
            BinaryPrimitives.WriteInt32BigEndian(element, int.MaxValue - i);
            element[32] = 1;
            element[33] = 1;
        });
        foreach ((byte[] bytes, string name) in (ReadOnlySpan<(byte[], string)>)
            [(addresses, "HashSet<SocketAddr>"), (related, "HashMap<ContractInstanceId,Option<State>>")])
        {
            VectorType type = VectorTypes.Of(name);
            Assert.False(type.Reread(bytes, strict: true).Error.IsError);
            long before = GC.GetAllocatedBytesForCurrentThread();
            type.Read(bytes);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.InRange(allocated, 1, (AllocationFactorMax * bytes.Length) + AllocationBase);
        }
    }

    private static byte[] List(int count, int elementLength, Action<byte[], int> fill)
    {
        byte[] bytes = new byte[sizeof(ulong) + (count * elementLength)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, count);
        for (int i = 0; i < count; i++)
        {
            byte[] element = new byte[elementLength];
            fill(element, i);
            element.CopyTo(bytes.AsSpan(sizeof(ulong) + (i * elementLength)));
        }

        return bytes;
    }

    private static byte[] Mutate(byte[] bytes, byte mutation, uint where, ulong what)
    {
        int at = bytes.Length == 0 ? 0 : (int)(where % (uint)bytes.Length);
        switch (mutation % 6)
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes, .. BitConverter.GetBytes(what)];
            case 2:
                bytes[at] ^= (byte)(what | 1);
                return bytes;
            case 3:
                byte[] number = new byte[sizeof(ulong)];
                ulong value = (what & 1) == 0 ? what : ulong.MaxValue - (what >> 60);
                BinaryPrimitives.WriteUInt64LittleEndian(number, value);
                number.AsSpan(0, Math.Min(number.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));
                return bytes;
            case 4:
                return [.. bytes[..at], .. BitConverter.GetBytes(what)[..(int)(what % 8)], .. bytes[at..]];
            default:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + (int)(what % 9))..]];
        }
    }
}
