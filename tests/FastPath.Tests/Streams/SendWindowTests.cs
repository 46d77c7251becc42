using System.Security.Cryptography;
using FastPath.Options;
using FastPath.Sockets.Impairment;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>How far a writer may run ahead: it widens while only the writer's window holds the stream up.</summary>
public sealed class SendWindowTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(6_000_000);

    [Fact]
    [Trait("Scenario", "D2")]
    public async Task A_long_path_is_not_bound_by_the_window_that_a_writer_begins_with()
    {
        await using NodeLine line = await StartAsync(TimeSpan.FromMilliseconds(20));
        OutgoingStream writer = line.Right(0).OpenStream();
        long begun = writer.Writer.Ring.Capacity;
        Task write = WriteAsync(writer);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        byte[] read = await StreamReading.DrainAsync(reader);
        Assert.True(Payload.AsSpan().SequenceEqual(read));
        await write;
        Assert.True(writer.Writer.Ring.Capacity > begun, $"{writer.Writer.Ring.Capacity} bytes, {begun} to begin with");
        reader.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    [Trait("Scenario", "D2")]
    public async Task A_writer_whose_reader_stands_still_is_given_no_more()
    {
        await using NodeLine line = await StartAsync(TimeSpan.Zero);
        OutgoingStream writer = line.Right(0).OpenStream();
        long begun = writer.Writer.Ring.Capacity;
        Task write = WriteAsync(writer);
        StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        await StreamReading.UntilAsync(() => writer.Writer.Waiting > 0 && writer.Writer.Targets[0].IsBlockedByCredit, "it waits for credit");
        Assert.Equal(begun, writer.Writer.Ring.Capacity);
        reader.Dispose();
        Assert.IsType<FastPathException>(await StreamReading.FailureOf(() => write));
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    private static Task<NodeLine> StartAsync(TimeSpan delay) => NodeLine.StartAsync(2, i => new FastPathOptions
    {
        Impairment = delay == TimeSpan.Zero
            ? null
            : new ImpairmentSettings { Seed = (ulong)i + 1, Delaying = 1, DelayMin = delay, DelayMax = delay, HeldMax = 1 << 16 },
    });

    private static async Task WriteAsync(OutgoingStream writer)
    {
        await writer.WriteAsync(Payload);
        await writer.CompleteAsync();
    }
}
