using FastPath.Streams;

namespace FastPath.Tests.Diagnostics;

public sealed class MetricsTests
{
    [Fact]
    [Trait("Scenario", "T1")]
    public async Task Started_is_the_sum_of_every_end_and_of_what_is_active()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using (OutgoingStream completed = line.Right(0).OpenStream())
        {
            await completed.WriteAsync(new byte[10_000]);
            await completed.CompleteAsync();
        }

        OutgoingStream cancelled = line.Right(0).OpenStream();
        await cancelled.WriteAsync(new byte[10]);
        await cancelled.DisposeAsync();
        await using OutgoingStream active = line.Right(0).OpenStream();
        await active.WriteAsync(new byte[10]);
        await line.Right(0).PingAsync();
        Dictionary<string, long> values = NodeMetrics.Read(line[0]);
        Assert.Equal(3, values["fastpath.streams.sent.started"]);
        Assert.Equal(1, values["fastpath.streams.sent.completed"]);
        Assert.Equal(1, values["fastpath.streams.sent.cancelled"]);
        Assert.Equal(0, values["fastpath.streams.sent.failed"]);
        Assert.Equal(1, values["fastpath.streams.sent.active"]);
        Assert.True(values["fastpath.payload.sent"] >= 10_010);
        Assert.True(values["fastpath.socket.receive_buffer"] > 0);
    }

    [Fact]
    [Trait("Scenario", "C7")]
    public async Task Requested_and_granted_buffers_are_metrics_and_so_are_drops_of_the_kernel()
    {
        await using NodeLine line = await NodeLine.StartAsync(1);
        Dictionary<string, long> values = NodeMetrics.Read(line[0]);
        FastPath.Sockets.KernelBuffers buffers = line[0].Socket.Report.Buffers;
        Assert.Equal(buffers.RequestedReceive, values["fastpath.socket.receive_buffer.requested"]);
        Assert.Equal(buffers.GrantedReceive, values["fastpath.socket.receive_buffer"]);
        Assert.Equal(buffers.RequestedSend, values["fastpath.socket.send_buffer.requested"]);
        Assert.Equal(buffers.GrantedSend, values["fastpath.socket.send_buffer"]);
        Assert.True(buffers.RequestedReceive >= 16 * 1_024 * 1_024);
        Assert.Equal(0, values["fastpath.socket.kernel_drops"]);
    }

    [Fact]
    [Trait("Scenario", "C7")]
    public async Task A_receiver_that_stands_still_for_five_hundred_kilobytes_loses_nothing()
    {
        // What 100 Mbit/s bring in 50 ms; the thread that receives is kept busy until all of it has left.
        await using NodeLine line = await NodeLine.StartAsync(2);
        using StandStill hold = StandStill.Of(line[1]);
        byte[] datagram = new byte[1_200];
        using (FastPath.Sockets.IDatagramSocket stranger = FastPath.Sockets.DatagramSocketFactory.Create(
            FastPath.Sockets.DatagramSocketKind.Auto, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)))
        {
            for (int sent = 0; sent < 625_000; sent += datagram.Length)
            {
                datagram.CopyTo(stranger.RentSend(datagram.Length));
                stranger.CommitSend(datagram.Length, line[1].Socket.LocalAddress);
            }

            stranger.Flush();
            Assert.Equal(521, stranger.Counters.DatagramsSent);
        }

        hold.End();
        await line.Right(0).PingAsync();
        Assert.Equal(0, NodeMetrics.Read(line[1])["fastpath.socket.kernel_drops"]);
        Assert.True(NodeMetrics.Read(line[1])["fastpath.datagrams.malformed"] >= 521);
    }
}
