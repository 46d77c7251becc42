using FastPath.Buffers.Pooling;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Tests.Streams;

public sealed class FragmentRingTests
{
    private const int Block = 256;
    private readonly PinnedSlabPool _pool = new(1_024 * Block, Block);

    [Fact]
    [Trait("Scenario", "R1")]
    public void Complete_exactly_when_every_byte_has_come_at_every_boundary_size()
    {
        const int P = 100;
        int[] sizes = [0, 1, P - 1, P, P + 1, (2 * P) - 1, 2 * P, (2 * P) + 1, (7 * P) - 3, (7 * P) + 3, 40 * P];
        foreach (int size in sizes)
        {
            for (ulong seed = 1; seed <= 20; seed++)
            {
                Deliver(size, P, new SeededRandom(seed));
            }
        }
    }

    [Fact]
    [Trait("Scenario", "R4")]
    public void Late_duplicates_change_nothing()
    {
        FragmentRing ring = Create(4 * Block);
        RingCursor cursor = ring.TryAddCursor()!;
        ring.Write(0, new byte[Block], out _);
        cursor.Advance(Block);
        ring.Reclaim();
        Assert.Equal(RingWriteResult.Duplicate, ring.Write(0, new byte[Block], out long newBytes));
        Assert.Equal((0L, 0L, 0L), (newBytes, ring.PinnedBytes, ring.ReorderedBytes));
    }

    [Fact]
    public void A_writer_is_called_back_for_a_quarter_of_the_window_or_for_all_that_was_written()
    {
        FragmentRing ring = Create(16 * Block);
        RingCursor slow = ring.TryAddCursor()!;
        RingCursor quick = ring.TryAddCursor()!;
        ring.Write(0, new byte[16 * Block], out _);
        quick.Advance(16 * Block);
        slow.Advance((4 * Block) - 1);
        Assert.False(ring.IsWorthReclaiming);
        slow.Advance(4 * Block);
        Assert.True(ring.IsWorthReclaiming);
        ring.Reclaim();
        Assert.False(ring.IsWorthReclaiming);
        slow.Advance(16 * Block);
        ring.Reclaim();
        ring.Write(16 * Block, new byte[Block], out _);
        slow.Advance(17 * Block);
        Assert.False(ring.IsWorthReclaiming);
        quick.Advance(17 * Block);
        Assert.True(ring.IsWorthReclaiming);
    }

    [Fact]
    public void Wide_windows_leave_room_for_streams_that_open_later()
    {
        FragmentRing ring = Create(4 * Block);
        int steps = 0;
        while (ring.TryGrow(ring.Capacity + (4 * Block)))
        {
            steps++;
        }

        Assert.InRange(_pool.ReservedBytes, _pool.BudgetBytes / 2, _pool.BudgetBytes * 3 / 4);
        Assert.NotNull(FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, 0, _pool.BudgetBytes / 5));
        Assert.True(steps > 10);
    }

    [Fact]
    [Trait("Scenario", "R8")]
    public void Memory_returns_when_the_slowest_cursor_has_passed()
    {
        FragmentRing ring = Create(8 * Block);
        RingCursor fast = ring.TryAddCursor()!;
        RingCursor slow = ring.TryAddCursor()!;
        ring.Write(0, new byte[4 * Block], out _);
        fast.Advance(4 * Block);
        Assert.Equal(0, ring.Reclaim());
        slow.Advance(Block + 1);
        Assert.Equal(Block + 1, ring.Reclaim());
        Assert.Equal(3 * Block, ring.PinnedBytes);
        Assert.Null(ring.TryAddCursor());
        ring.RemoveCursor(slow);
        Assert.Equal(4 * Block, ring.Reclaim());
        Assert.Equal(0, _pool.RentedBytes);
    }

    [Fact]
    public void A_half_filled_block_is_kept_for_the_next_bytes_and_goes_back_when_the_ring_is_idle()
    {
        FragmentRing ring = Create(8 * Block);
        RingCursor cursor = ring.TryAddCursor()!;
        byte[] bytes = [.. Enumerable.Range(0, 2 * Block).Select(i => (byte)i)];
        ring.Write(0, bytes.AsSpan(0, Block + 3), out _);
        cursor.Advance(Block + 3);
        Assert.Equal(Block + 3, ring.Reclaim());
        Assert.Equal(Block, ring.PinnedBytes);
        ring.ReclaimIdle();
        Assert.Equal(0, ring.PinnedBytes);
        ring.Write(Block + 3, bytes.AsSpan(Block + 3), out _);
        ring.ReclaimIdle();
        Assert.Equal(Block, ring.PinnedBytes);
        byte[] read = new byte[Block - 3];
        ring.CopyTo(cursor.Position, read);
        Assert.Equal(bytes[(Block + 3)..], read);
    }

    [Fact]
    [Trait("Scenario", "M5")]
    public void A_window_of_contiguous_single_bytes_is_never_too_fragmented_and_holes_are_bounded()
    {
        FragmentRing contiguous = Create(64 * Block);
        RingCursor atStart = contiguous.TryAddCursor()!;
        for (int i = 0; i < 64 * Block; i++)
        {
            Assert.Equal(RingWriteResult.Stored, contiguous.Write(i, [1], out _));
        }

        FragmentRing holes = Create(64 * Block);
        RingCursor below = holes.TryAddCursor()!;
        RingWriteResult result = RingWriteResult.Stored;
        int pieces = 0;
        for (int i = 1; i < 64 * Block && result == RingWriteResult.Stored; i += 2)
        {
            result = holes.Write(i, [1], out _);
            pieces++;
        }

        Assert.Equal(RingWriteResult.TooFragmented, result);
        Assert.Equal((64 * Block / 128) + 1, pieces);
        contiguous.Abandon();
        Assert.Equal(64 * Block, contiguous.PinnedBytes);
        contiguous.RemoveCursor(atStart);
        holes.RemoveCursor(below);
        holes.Abandon();
        Assert.Equal((0L, 0L), (_pool.RentedBytes, _pool.ReservedBytes));
    }

    [Fact]
    public void The_window_and_the_final_size_are_kept()
    {
        FragmentRing ring = Create(2 * Block);
        Assert.Equal(RingWriteResult.BeyondWindow, ring.Write(Block, new byte[Block + 1], out _));
        Assert.Equal(RingWriteResult.Stored, ring.Write(10, new byte[10], out _));
        Assert.False(ring.TrySetFinalSize(19));
        Assert.True(ring.TrySetFinalSize(20));
        Assert.True(ring.TrySetFinalSize(20));
        Assert.False(ring.TrySetFinalSize(21));
        Assert.Equal(RingWriteResult.BeyondFinalSize, ring.Write(20, [1], out _));
        ring.Abandon();
    }

    [Fact]
    public void A_ring_grows_inside_the_budget_and_keeps_what_it_holds()
    {
        FragmentRing ring = Create(4 * Block);
        RingCursor cursor = ring.TryAddCursor()!;
        byte[] payload = new byte[40 * Block];
        new SeededRandom(3).Fill(payload);
        ring.Write(0, payload.AsSpan(0, 3 * Block), out _);
        ring.Write((3 * Block) + 10, payload.AsSpan((3 * Block) + 10, 100), out _);
        ReadOnlyMemory<byte> seenBefore = ring.Peek(Block, 2 * Block);
        Assert.False(ring.TryGrow(2_000 * Block));
        Assert.True(ring.TryGrow(40 * Block));
        ring.Write(3 * Block, payload.AsSpan(3 * Block), out _);
        byte[] output = new byte[payload.Length];
        ring.CopyTo(0, output);
        Assert.Equal(payload, output);
        Assert.Equal(payload.AsSpan(Block, Block), seenBefore.Span);
        ring.Abandon();
        ring.RemoveCursor(cursor);
        Assert.Equal((0L, 0L), (_pool.RentedBytes, _pool.ReservedBytes));
    }

    [Fact]
    public void A_ring_that_grows_keeps_the_block_that_its_writer_has_in_hand()
    {
        FragmentRing ring = Create(4 * Block);
        ring.Write(0, new byte[Block], out _);
        Memory<byte> inHand = ring.GetSpace();
        Assert.Equal(Block, inHand.Length);
        Assert.True(ring.TryGrow(40 * Block));
        inHand.Span[0] = 7;
        ring.CommitInPlace(1);
        Assert.Equal(7, ring.Peek(Block, Block + 1).Span[0]);
        ring.Abandon();
        Assert.Equal((0L, 0L), (_pool.RentedBytes, _pool.ReservedBytes));
    }

    private FragmentRing Create(long capacity) => FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, 0, capacity)!;

    /// <summary>Any order, any cutting, duplicates, a window smaller than the payload, a reader that stops anywhere.</summary>
    private void Deliver(int size, int fragment, SeededRandom random)
    {
        byte[] payload = new byte[size];
        random.Fill(payload);
        FragmentRing ring = Create(5 * Block);
        RingCursor cursor = ring.TryAddCursor()!;
        Assert.True(ring.TrySetFinalSize(size));
        byte[] output = new byte[size];
        bool[] have = new bool[size];
        while (!ring.IsComplete)
        {
            int start = (int)Math.Min(size - 1, ring.ReclaimedTo + random.NextInt64(5 * Block));
            int end = (int)Math.Min(Math.Min(size, start + 1 + random.NextInt32(fragment)), ring.ReclaimedTo + (5 * Block));
            int expected = have[start..end].Count(x => !x);
            RingWriteResult result = ring.Write(start, payload.AsSpan(start, end - start), out long newBytes);
            Assert.Equal(expected > 0 ? RingWriteResult.Stored : RingWriteResult.Duplicate, result);
            Assert.Equal(expected, newBytes);
            have.AsSpan(start, end - start).Fill(true);
            int contiguous = Array.IndexOf(have, false);
            Assert.Equal(contiguous < 0 ? size : contiguous, ring.Frontier);
            if (random.NextChance(0.7))
            {
                long to = cursor.Position + random.NextInt64(ring.Frontier - cursor.Position + 1);
                ring.CopyTo(cursor.Position, output.AsSpan((int)cursor.Position, (int)(to - cursor.Position)));
                cursor.Advance(to);
                Assert.Equal(to, ring.Reclaim());
            }
        }

        ring.CopyTo(cursor.Position, output.AsSpan((int)cursor.Position));
        cursor.Advance(size);
        ring.Reclaim();
        Assert.Equal(payload, output);
        Assert.Equal(0, _pool.RentedBytes);
        ring.RemoveCursor(cursor);
        ring.Abandon();
        Assert.Equal(0, _pool.ReservedBytes);
    }
}
