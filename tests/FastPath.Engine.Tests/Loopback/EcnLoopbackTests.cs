using FastPath.Engine.Tests.Saturation;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Recovery;

namespace FastPath.Engine.Tests.Loopback;

/// <summary>ECN from socket to socket: what the kernel puts into the IP header is what the other side counts and sends back.</summary>
public sealed class EcnLoopbackTests
{
    // Packets of a test are ten: more show that the path was found to bear it.
    private const int MoreThanTested = 50;

    [LinuxFact]
    public async Task Packets_leave_as_capable_are_counted_by_the_peer_and_the_path_is_found_capable()
    {
        using var sender = new LoopbackNode(CongestionAlgorithm.Bbr);
        using var receiver = new LoopbackNode(CongestionAlgorithm.Bbr);
        using var router = new MarkingForwarder(sender.Address, receiver.Address);
        await sender.ConnectAsync(receiver, router.Address);
        Connection connection = sender.ConnectionTo(receiver);
        await sender.RunAsync(() => _ = new EndlessStream(connection, sender.Endpoint.Pool));
        await sender.UntilAsync(() => connection.Recovery.Ecn != EcnState.Testing && router.Capable > MoreThanTested);
        await sender.RunAsync(() =>
        {
            Assert.Equal(EcnState.Capable, connection.Recovery.Ecn);
            Assert.True(connection.Recovery.MarksNext);
            Assert.Equal(0, connection.Recovery.PacketsMarked);
        });
    }

    [LinuxFact]
    public async Task Two_nodes_without_a_router_between_them_find_each_other_capable()
    {
        using var sender = new LoopbackNode(CongestionAlgorithm.Bbr);
        using var receiver = new LoopbackNode(CongestionAlgorithm.Bbr);
        await sender.ConnectAsync(receiver, receiver.Address);
        Connection connection = sender.ConnectionTo(receiver);
        await sender.RunAsync(() => _ = new EndlessStream(connection, sender.Endpoint.Pool));
        await sender.UntilAsync(() => connection.Recovery.Ecn == EcnState.Capable && connection.Counters.PacketsSent > MoreThanTested);
        await sender.RunAsync(() => Assert.Equal((EcnState.Capable, 0L), (connection.Recovery.Ecn, connection.Recovery.PacketsMarked)));
    }

    [LinuxFact]
    public async Task Marks_on_the_way_come_back_as_counts_and_slow_the_sender_down()
    {
        using var sender = new LoopbackNode(CongestionAlgorithm.Cubic);
        using var receiver = new LoopbackNode(CongestionAlgorithm.Cubic);
        using var router = new MarkingForwarder(sender.Address, receiver.Address);
        await sender.ConnectAsync(receiver, router.Address);
        Connection connection = sender.ConnectionTo(receiver);
        LossRecovery recovery = connection.Recovery;
        await sender.RunAsync(() => _ = new EndlessStream(connection, sender.Endpoint.Pool));
        long widest = 0;
        await sender.UntilAsync(() =>
        {
            widest = recovery.Congestion.WindowBytes;
            return recovery.Ecn == EcnState.Capable && widest > 64 * 1_024;
        });
        router.IsMarking = true;

        // Every packet is marked: each round trip takes its share, until next to nothing is left.
        await sender.UntilAsync(() => recovery.Congestion.WindowBytes < widest / 8);
        await sender.RunAsync(() =>
        {
            Assert.InRange(recovery.PacketsMarked, 1, router.Marked);
            Assert.Equal(EcnState.Capable, recovery.Ecn);
        });

        // And without marks it grows again: nothing but they held it back.
        router.IsMarking = false;
        await sender.UntilAsync(() => recovery.Congestion.WindowBytes > widest / 4);
    }
}
