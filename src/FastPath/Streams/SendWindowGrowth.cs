using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Widens a writer's ring while the ring, and nothing else, holds the stream up.</summary>
/// <remarks>
/// That is so when a writer waits for room although everything written has left and the peer, the congestion window and the
/// budget would take more. A ring wider than the stream's share of twice the congestion window would only store. The loop
/// thread decides, and the writing thread, whose ring it is, acts.
/// </remarks>
internal sealed class SendWindowGrowth
{
    // Up to here the path is not asked: at full speed on a short path, a narrow ring costs a wake-up for every few packets.
    private const long FreelyBytes = 1 << 20;
    private const int PerCongestionWindow = 2;

    private long _wanted;

    /// <summary>Bytes were acknowledged; on the loop thread.</summary>
    /// <param name="isStarved">Everything written has left, and the peer would take more.</param>
    /// <param name="isWriterWaiting">A writer has no room.</param>
    /// <param name="congestionWindow">Of the connection, in bytes.</param>
    /// <param name="streams">That share it.</param>
    /// <param name="windowMax">Of a stream, by the settings of the connection.</param>
    /// <param name="ring">Whose window it is.</param>
    public void Observe(
        bool isStarved, bool isWriterWaiting, long congestionWindow, int streams, long windowMax, FragmentRing ring)
    {
        if (!isWriterWaiting || !isStarved)
        {
            return;
        }

        long useful = Math.Max(FreelyBytes, PerCongestionWindow * congestionWindow) / Math.Max(1, streams);
        long wanted = Math.Min(2 * ring.Capacity, Math.Min(useful, windowMax));
        if (wanted > ring.Capacity)
        {
            Volatile.Write(ref _wanted, wanted);
        }
    }

    /// <summary>On the writing thread.</summary>
    public void Apply(FragmentRing ring)
    {
        if (Volatile.Read(ref _wanted) is var wanted and > 0)
        {
            // Without room in the budget it stays as it is until it is wanted again.
            Volatile.Write(ref _wanted, 0);
            ring.TryGrow(wanted);
        }
    }
}
