using System.Buffers;
using System.Security.Cryptography;
using FastPath.Diagnostics;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Streams that a rule passes on, over real sockets.</summary>
public sealed class StreamRouteTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_000_003);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_routed_stream_crosses_relays_that_never_see_it_and_others_are_delivered(bool inline)
    {
        NodeLine? started = null;
        await using NodeLine line = await NodeLine.StartAsync(4, i => new FastPathOptions
        {
            UnsafeInlineContinuations = inline,
            StreamRoute = i is 1 or 2
                ? (_, metadata) => metadata.Span.SequenceEqual("far"u8) ? [started!.Right(i)] : []
                : null,
        });
        started = line;
        await using OutgoingStream far = line.Right(0).OpenStream("far"u8.ToArray(), Payload.Length);
        await using OutgoingStream near = line.Right(0).OpenStream("near"u8.ToArray());
        Task write = Task.Run(async () =>
        {
            await far.WriteAsync(Payload);
            await near.WriteAsync(Payload.AsMemory(0, 1_000));
            await Task.WhenAll(far.CompleteAsync().AsTask(), near.CompleteAsync().AsTask());
        });
        using StreamHandle arrived = await StreamReading.AcceptAsync(line[3]);
        using (PooledPayload payload = await arrived.ReadAllAsync(Payload.Length))
        {
            Assert.True(Payload.AsSpan().SequenceEqual(payload.Sequence.ToArray()));
        }

        Assert.Equal(far.TransferId, arrived.TransferId);
        using StreamHandle delivered = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal("near"u8.ToArray(), delivered.Metadata.ToArray());
        using (PooledPayload payload = await delivered.ReadAllAsync(1_000))
        {
            Assert.Equal(1_000, payload.Length);
        }

        await write;
        NodeStatistics relay = line[2].GetStatistics();
        Assert.InRange(relay.PayloadBytesReceived, Payload.Length, long.MaxValue);
        Assert.InRange(relay.PayloadBytesSent, Payload.Length, long.MaxValue);
        arrived.Dispose();
        delivered.Dispose();
        await far.DisposeAsync();
        await near.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_rule_that_throws_leaves_the_stream_to_the_application()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            StreamRoute = (_, _) => throw new InvalidOperationException("broken"),
        });
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[] { 7 });
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal([7], (await reader.ReadAvailableAsync()).ToArray());
    }
}
