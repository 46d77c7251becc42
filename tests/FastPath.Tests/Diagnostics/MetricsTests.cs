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
}
