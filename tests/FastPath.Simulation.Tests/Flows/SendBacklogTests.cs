using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Flows;

/// <summary>What counts as waiting for the loop alone: that the counts add up, every simulation checks after every turn.</summary>
public sealed class SendBacklogTests
{
    [Fact]
    public void On_a_path_that_is_slower_than_the_loop_nothing_waits_for_the_loop()
    {
        SimulatedFlow flow = Send(Duration.FromMilliseconds(20), 2_500_000);
        Assert.True(flow.Connection.Streams.HasSendable);
        Assert.Equal(0, flow.Sender.Backlog.Count);
        Assert.Equal(1, flow.Sender.Backlog.Room);
    }

    [Fact]
    public void On_a_path_that_is_as_quick_what_only_the_window_keeps_does()
    {
        SimulatedFlow flow = Send(Duration.FromMicroseconds(5), 0);
        Assert.False(flow.Connection.IsActive);
        Assert.True(flow.Connection.Streams.HasSendable);
        Assert.Equal(1, flow.Sender.Backlog.Count);

        // A simulated writer fills its stream whenever it can, not in turn.
        Assert.Equal(int.MaxValue, flow.Sender.Backlog.Room);
    }

    [Fact]
    public void What_waits_for_a_peer_that_answers_no_more_does_not()
    {
        SimulatedFlow flow = Send(Duration.FromMicroseconds(5), 0, out SimulatedBottleneck path);
        path.World.Cut(flow.SenderAddress, flow.ReceiverAddress);
        path.World.RunFor(Duration.FromSeconds(1));
        Assert.True(flow.Connection.Streams.HasSendable);
        Assert.Equal(0, flow.Sender.Backlog.Count);
    }

    [Fact]
    public void What_a_closed_connection_had_does_not()
    {
        SimulatedFlow flow = Send(Duration.FromMicroseconds(5), 0, out SimulatedBottleneck path);
        Assert.Equal(1, flow.Sender.Backlog.Count);
        flow.Connection.Close(path.World.Now, CloseCode.None, "the test is over");
        path.World.RunFor(Duration.FromSeconds(1));
        Assert.Equal(0, flow.Sender.Backlog.Count);
    }

    private static SimulatedFlow Send(Duration delay, long rate) => Send(delay, rate, out _);

    /// <summary>Sends more than the window takes, and stops where it is full.</summary>
    private static SimulatedFlow Send(Duration delay, long rate, out SimulatedBottleneck path)
    {
        path = new SimulatedBottleneck(1, new LinkModel { Delay = delay, RateBytesPerSecond = rate });
        SimulatedFlow flow = path.Add(EndpointSettings.Default);
        flow.Send(new byte[50_000_000]);
        Assert.True(path.World.RunUntil(
            () => !flow.Connection.IsActive && flow.Connection.Streams.HasSendable, Duration.FromSeconds(1)));
        return flow;
    }
}
