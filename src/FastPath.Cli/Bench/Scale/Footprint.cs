using FastPath.Buffers.Pooling;

namespace FastPath.Cli.Bench.Scale;

/// <summary>Memory of this process at a moment, after a full collection.</summary>
/// <param name="Managed">Live objects, in bytes; of pooled blocks those that are rented.</param>
/// <param name="Native">Resident memory outside the managed heap, in bytes.</param>
internal readonly record struct Footprint(long Managed, long Native)
{
    public static Footprint Take(params ReadOnlySpan<FastPathNode> nodes)
    {
        long managed = GC.GetTotalMemory(forceFullCollection: true);
        long native = Environment.WorkingSet - GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes;
        foreach (FastPathNode node in nodes)
        {
            PinnedSlabPool pool = node.Core.Endpoint.Pool;
            managed += pool.RentedBytes - pool.SlabBytes;
        }

        return new Footprint(managed, native);
    }

    /// <summary>What each of so many things has added.</summary>
    public (double Managed, double Native) Per(int count, Footprint before) =>
        ((double)(Managed - before.Managed) / count, Math.Max(0, Native - before.Native) / (double)count);
}
