using System.Text.Json.Nodes;
using FastPath.Diagnostics;

namespace FastPath.Cli.Bench.Measuring;

/// <summary>What a process and its nodes have used: readings of two moments are subtracted.</summary>
internal readonly record struct Usage
{
    public double CpuSeconds { get; init; }

    /// <summary>By all threads of the process.</summary>
    public long AllocatedBytes { get; init; }

    public int Collections { get; init; }

    /// <summary>Of all nodes and their open connections, like everything below.</summary>
    public long Packets { get; init; }

    public long Acks { get; init; }

    public long Fragments { get; init; }

    public long FragmentsAgain { get; init; }

    public long Datagrams { get; init; }

    /// <summary>System calls that moved datagrams.</summary>
    public long Calls { get; init; }

    public long KernelDrops { get; init; }

    // A reading allocates itself: what comes before a span of time ends with this, what comes after it begins with the other.
    private long AllocatedAfterReading { get; init; }

    public static Usage Of(IEnumerable<FastPathNode> nodes)
    {
        var usage = new Usage
        {
            AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true),
            CpuSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,

            // One of a higher generation counts as one of generation 0 too.
            Collections = GC.CollectionCount(0),
        };
        foreach (FastPathNode node in nodes)
        {
            NodeStatistics statistics = node.GetStatistics();
            PeerStatistics[] peers = [.. node.Peers.Select(peer => peer.GetStatistics())];
            usage = usage with
            {
                Packets = usage.Packets + peers.Sum(peer => peer.PacketsSent),
                Acks = usage.Acks + peers.Sum(peer => peer.AcksSent),
                Fragments = usage.Fragments + statistics.FragmentsSent,
                FragmentsAgain = usage.FragmentsAgain + statistics.FragmentsSentAgain,
                Datagrams = usage.Datagrams + statistics.DatagramsSent + statistics.DatagramsReceived,
                Calls = usage.Calls + statistics.SendCalls + statistics.ReceiveCalls - statistics.ReceiveCallsEmpty,
                KernelDrops = usage.KernelDrops + (statistics.KernelDrops ?? 0),
            };
        }

        return usage with { AllocatedAfterReading = GC.GetTotalAllocatedBytes(precise: true) };
    }

    /// <summary>What was used between two readings.</summary>
    public static Usage operator -(Usage end, Usage start) => new()
    {
        CpuSeconds = end.CpuSeconds - start.CpuSeconds,
        AllocatedBytes = end.AllocatedBytes - start.AllocatedAfterReading,
        Collections = end.Collections - start.Collections,
        Packets = end.Packets - start.Packets,
        Acks = end.Acks - start.Acks,
        Fragments = end.Fragments - start.Fragments,
        FragmentsAgain = end.FragmentsAgain - start.FragmentsAgain,
        Datagrams = end.Datagrams - start.Datagrams,
        Calls = end.Calls - start.Calls,
        KernelDrops = end.KernelDrops - start.KernelDrops,
    };

    /// <summary>What two processes used in the same span.</summary>
    public static Usage operator +(Usage one, Usage other) => new()
    {
        CpuSeconds = one.CpuSeconds + other.CpuSeconds,
        AllocatedBytes = one.AllocatedBytes + other.AllocatedBytes,
        Collections = one.Collections + other.Collections,
        Packets = one.Packets + other.Packets,
        Acks = one.Acks + other.Acks,
        Fragments = one.Fragments + other.Fragments,
        FragmentsAgain = one.FragmentsAgain + other.FragmentsAgain,
        Datagrams = one.Datagrams + other.Datagrams,
        Calls = one.Calls + other.Calls,
        KernelDrops = one.KernelDrops + other.KernelDrops,
    };

    public static Usage FromJson(JsonNode node) => new()
    {
        CpuSeconds = node["cpu_s"]!.GetValue<double>(),
        AllocatedBytes = node["allocated_bytes"]!.GetValue<long>(),
        Collections = node["gc_collections"]!.GetValue<int>(),
        Packets = node["packets"]!.GetValue<long>(),
        Acks = node["acks"]!.GetValue<long>(),
        Fragments = node["fragments"]!.GetValue<long>(),
        FragmentsAgain = node["retransmits"]!.GetValue<long>(),
        Datagrams = node["datagrams"]!.GetValue<long>(),
        Calls = node["calls"]!.GetValue<long>(),
        KernelDrops = node["kernel_drops"]!.GetValue<long>(),
    };

    public JsonObject ToJson() => new()
    {
        ["cpu_s"] = CpuSeconds,
        ["allocated_bytes"] = AllocatedBytes,
        ["gc_collections"] = Collections,
        ["packets"] = Packets,
        ["acks"] = Acks,
        ["fragments"] = Fragments,
        ["retransmits"] = FragmentsAgain,
        ["datagrams"] = Datagrams,
        ["calls"] = Calls,
        ["kernel_drops"] = KernelDrops,
    };
}
