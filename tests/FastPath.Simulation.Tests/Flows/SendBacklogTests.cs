using FastPath.Buffers.Pooling;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
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

    /// <summary>An offered stream gets another listener when it is accepted.</summary>
    [Fact]
    public void A_stream_leaves_as_what_it_came_whatever_becomes_of_its_writer()
    {
        var path = new SimulatedBottleneck(1, new LinkModel { Delay = Duration.FromMicroseconds(5) });
        SimulatedFlow flow = path.Add(EndpointSettings.Default);
        SendBacklog backlog = flow.Sender.Backlog;
        FragmentRing ring = FragmentRing.TryCreate(flow.Sender.Pool, BufferHolder.SendRing, 0, 1_000)!;
        var writer = new ChangingWriter { FillsInTurn = true };
        SendStream stream = flow.Connection.Streams.Open(
            path.World.Now, new StreamDescription { TransferId = 1, TotalLength = 1_000 }, ring, ring.TryAddCursor()!, writer);
        Assert.True(backlog.KeepsWaiting(isCounted: false));
        Assert.False(backlog.KeepsWaiting(isCounted: true));
        writer.FillsInTurn = false;
        ring.Write(0, new byte[1_000], out _);
        stream.Offer(0, 1_000, path.World.Now);
        stream.Finish(1_000, path.World.Now);
        Assert.True(path.World.RunUntil(() => stream.HasEnded, Duration.FromSeconds(1)));
        Assert.Equal(0, backlog.Count);
        Assert.Equal(1, backlog.Room);
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

    private sealed class ChangingWriter : ISendListener
    {
        public bool FillsInTurn { get; set; }

        public void OnAcknowledged(SendStream stream)
        {
        }

        public void OnSendEnded(SendStream stream, StreamErrorCode code)
        {
        }
    }
}
