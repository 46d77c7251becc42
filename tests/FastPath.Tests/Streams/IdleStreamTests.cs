using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>A stream that is open and says nothing keeps no block, and goes on as if nothing had been.</summary>
public sealed class IdleStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly byte[] First = [1, 2, 3];
    private static readonly byte[] Second = [4, 5];

    [Fact]
    public async Task A_silent_stream_gives_its_half_filled_blocks_back_at_both_ends()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(First);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal(First, (await reader.ReadAvailableAsync()).ToArray());
        Task<ReadOnlyMemory<byte>> waiting = reader.ReadAvailableAsync().AsTask();
        await AssertNothingRentedAsync(line);

        await writer.WriteAsync(Second);
        Assert.Equal(Second, (await waiting).ToArray());
        waiting = reader.ReadAvailableAsync().AsTask();
        await writer.FlushAsync();
        await AssertNothingRentedAsync(line);
        await writer.CompleteAsync();
        Assert.True((await waiting).IsEmpty);
    }

    [Fact]
    public async Task Memory_that_a_writer_has_in_hand_is_not_given_back_while_the_stream_is_silent()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await using OutgoingStream silent = line.Right(0).OpenStream();
        await writer.WriteAsync(First);
        await silent.WriteAsync(First);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        using StreamHandle other = await StreamReading.AcceptAsync(line[1]);
        await reader.ReadAvailableAsync();
        await other.ReadAvailableAsync();
        Task<ReadOnlyMemory<byte>> waiting = reader.ReadAvailableAsync().AsTask();
        Task<ReadOnlyMemory<byte>> waitingOther = other.ReadAvailableAsync().AsTask();
        Memory<byte> inHand = await writer.GetMemoryAsync();

        // The node has looked at both when the other one's block is back.
        await AssertRentedAsync(line[0], line[0].Core.Endpoint.Pool.BlockBytes);
        await AssertRentedAsync(line[1], 0);
        Second.CopyTo(inHand);
        writer.Advance(Second.Length);
        Assert.Equal(Second, (await waiting).ToArray());
        await silent.CompleteAsync();
        Assert.True((await waitingOther).IsEmpty);
        await writer.CompleteAsync();
    }

    private static async Task AssertNothingRentedAsync(NodeLine line)
    {
        await AssertRentedAsync(line[0], 0);
        await AssertRentedAsync(line[1], 0);
    }

    private static async Task AssertRentedAsync(FastPathNode node, long bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (node.Core.Endpoint.Pool.RentedBytes != bytes)
        {
            Assert.False(limit.IsCancellationRequested, $"{node.Core.Endpoint.Pool.RentedBytes} bytes rented");
            await Task.Delay(5);
        }
    }
}
