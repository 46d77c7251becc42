using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Paths;
using FastPath.Protocol.Time;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

public sealed class SteadyStateAllocationTests
{
    private const int PacketsPerKey = 40_000;

    // Until the windows of numbers have grown to their whole length, also where only acknowledgements travel.
    private const int WarmUpKeys = 8;

    [Theory]
    [InlineData(1_000_000, 1_200, 0, 0.9)]
    [InlineData(100_000, 1_200, 50, 0.9)]
    [InlineData(100_000, 8_952, 0, 0.8)]
    [Trait("Scenario", "M3")]
    [Trait("Category", "Allocation")]
    public void Sending_relaying_receiving_and_rekeying_allocate_nothing(int packets, int mtuBytes, int dropEvery, double fullShare)
    {
        EndpointSettings settings = EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with
            {
                Mtu = PathMtuSettings.Fixed(mtuBytes),
                RekeyLimits = new RekeyLimits(PacketsPerKey, Duration.FromSeconds(1_000)),
            },
        };
        using var flow = new SteadyFlow(settings, dropEvery);
        SendPackets(flow, WarmUpKeys * PacketsPerKey);
        long rekeyings = flow.Relay.Session.Sealer.Rekeyings;
        long read = flow.BytesRead;
        long before = GC.GetAllocatedBytesForCurrentThread();
        SendPackets(flow, packets);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.True(flow.BytesRead - read > packets * (mtuBytes * fullShare), $"{flow.BytesRead - read} bytes read");
        Assert.True(flow.Relay.Session.Sealer.Rekeyings > rekeyings);
    }

    private static void SendPackets(SteadyFlow flow, long packets)
    {
        long end = flow.Relay.Counters.PacketsSent + packets;
        while (flow.Relay.Counters.PacketsSent < end)
        {
            flow.Turn(100);
        }
    }
}
