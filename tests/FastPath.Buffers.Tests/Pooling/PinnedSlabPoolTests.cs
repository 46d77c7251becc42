using FastPath.Buffers.Pooling;

namespace FastPath.Buffers.Tests.Pooling;

public sealed class PinnedSlabPoolTests
{
    private const int Block = 1_024;

    [Fact]
    public void The_budget_is_never_exceeded_and_every_block_is_distinct()
    {
        var pool = new PinnedSlabPool(100 * Block, Block);
        var blocks = new List<SlabBlock>();
        while (pool.TryRent(BufferHolder.ReceiveRing, out SlabBlock block))
        {
            pool.AsMemory(block).Span.Fill((byte)blocks.Count);
            blocks.Add(block);
        }

        Assert.Equal(100, blocks.Count);
        Assert.Equal(100 * Block, pool.RentedBytesOf(BufferHolder.ReceiveRing));
        for (int i = 0; i < blocks.Count; i++)
        {
            Assert.True(pool.AsMemory(blocks[i]).Span.IndexOfAnyExcept((byte)i) < 0);
            pool.Return(blocks[i], BufferHolder.ReceiveRing);
        }

        Assert.Equal(0, pool.RentedBytes);
        Assert.Equal(100 * Block, pool.PeakRentedBytes);
    }

    [Fact]
    public void A_double_return_a_foreign_return_and_a_stale_use_throw()
    {
        var pool = new PinnedSlabPool(10 * Block, Block);
        Assert.True(pool.TryRent(BufferHolder.SendRing, out SlabBlock block));
        Assert.Throws<InvalidOperationException>(() => pool.Return(block, BufferHolder.Assembly));
        pool.Return(block, BufferHolder.SendRing);
        Assert.Throws<InvalidOperationException>(() => pool.Return(block, BufferHolder.SendRing));
        Assert.True(pool.TryRent(BufferHolder.SendRing, out SlabBlock again));
        Assert.Equal(block.Number, again.Number);
        Assert.Throws<InvalidOperationException>(() => pool.AsMemory(block));
        Assert.Throws<InvalidOperationException>(() => pool.Return(block, BufferHolder.SendRing));
    }

    [Fact]
    [Trait("Category", "Allocation")]
    public void Renting_and_returning_allocate_nothing_once_the_slabs_exist()
    {
        var pool = new PinnedSlabPool(200 * Block, Block);
        long before = 0;
        for (int i = 0; i < 2_000; i++)
        {
            if (i == 1_000)
            {
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            pool.TryRent(BufferHolder.SendRing, out SlabBlock block);
            pool.AsMemory(block).Span[0] = 1;
            pool.Return(block, BufferHolder.SendRing);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Many_threads_leave_the_pool_at_its_baseline()
    {
        var pool = new PinnedSlabPool(64 * Block, Block);
        await Task.WhenAll(Enumerable.Range(1, 4).Select(mark => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                Assert.True(pool.TryRent(BufferHolder.Assembly, out SlabBlock block));
                Span<byte> bytes = pool.AsMemory(block).Span;
                bytes.Fill((byte)mark);
                Assert.True(bytes.IndexOfAnyExcept((byte)mark) < 0);
                pool.Return(block, BufferHolder.Assembly);
            }
        })));
        Assert.Equal(0, pool.RentedBytes);
    }
}
