using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Security.Cryptography;
using FastPath.Protocol.Streams;
using FastPath.Streams;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Tests.Streams;

/// <summary>A handle as a pipe reader: positions, cancellation, misuse, and parses that need the whole window.</summary>
public sealed class PipeReaderTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(600_000);

    [Property(MaxTest = 15)]
    public Property Whatever_is_consumed_and_examined_every_byte_is_seen_once()
    {
        Gen<(int Size, (int Consume, int Examine)[] Steps)> cases =
            from size in Gen.Choose(0, 400_000)
            from steps in Gen.ArrayOf(
                from consume in Gen.Choose(0, 100)
                from examine in Gen.Choose(0, 100)
                select (consume, examine), 12)
            select (size, steps);
        return Prop.ForAll(Arb.From(cases), c => RunAsync(c.Size, c.Steps).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task Length_prefixed_records_are_parsed_in_place_across_blocks()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        int[] lengths = [.. Enumerable.Range(0, 60).Select(i => i * 331 % 20_000)];
        Task write = Task.Run(async () =>
        {
            byte[] prefix = new byte[4];
            foreach (int length in lengths)
            {
                BinaryPrimitives.WriteInt32LittleEndian(prefix, length);
                await writer.WriteAsync(prefix);
                await writer.WriteAsync(Payload.AsMemory(0, length));
            }

            await writer.CompleteAsync();
        });
        PipeReader reader = (await StreamReading.AcceptAsync(line[1])).AsPipeReader();
        foreach (int length in lengths)
        {
            ReadResult head = await reader.ReadAtLeastAsync(4);
            byte[] prefix = head.Buffer.Slice(0, 4).ToArray();
            reader.AdvanceTo(head.Buffer.GetPosition(4));
            Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(prefix));
            ReadResult body = await reader.ReadAtLeastAsync(length);
            Assert.True(body.Buffer.Slice(0, length).ToArray().AsSpan().SequenceEqual(Payload.AsSpan(0, length)));
            reader.AdvanceTo(body.Buffer.GetPosition(length));
        }

        ReadResult end = await reader.ReadAsync();
        Assert.True(end.IsCompleted && end.Buffer.IsEmpty);
        reader.AdvanceTo(end.Buffer.End);
        await reader.CompleteAsync();
        await write;
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_parse_that_needs_more_than_the_window_fails_instead_of_waiting_for_ever()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        Task write = Task.Run(async () =>
        {
            for (int written = 0; written <= 2 * StreamSettings.Default.SinkWindowBytesMin; written += Payload.Length)
            {
                await writer.WriteAsync(Payload);
            }
        });
        PipeReader reader = (await StreamReading.AcceptAsync(line[1])).AsPipeReader();
        FastPathException stuck = await Assert.ThrowsAsync<FastPathException>(async () =>
        {
            while (true)
            {
                ReadResult result = await reader.ReadAsync();
                reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        });
        Assert.Equal(FastPathError.TooLarge, stuck.Error);

        Assert.False(reader.TryRead(out _));
        await reader.CompleteAsync();
        await Assert.ThrowsAsync<FastPathException>(() => write);
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Cancelling_a_pending_read_shows_what_is_there_and_nothing_is_lost()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(Payload.AsMemory(0, 10));
        PipeReader reader = (await StreamReading.AcceptAsync(line[1])).AsPipeReader();
        ReadResult first = await reader.ReadAtLeastAsync(10);
        Assert.Throws<InvalidOperationException>(() => reader.TryRead(out _));
        reader.AdvanceTo(first.Buffer.GetPosition(4), first.Buffer.End);
        Task<ReadResult> parked = reader.ReadAsync().AsTask();
        reader.CancelPendingRead();
        ReadResult cancelled = await parked;
        Assert.True(cancelled.IsCanceled);
        Assert.Equal(Payload[4..10], cancelled.Buffer.ToArray());
        reader.AdvanceTo(cancelled.Buffer.Start, cancelled.Buffer.End);
        using var token = new CancellationTokenSource();
        parked = reader.ReadAsync(token.Token).AsTask();
        await token.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => parked);
        await writer.WriteAsync(Payload.AsMemory(10, 5));
        ReadResult second = await reader.ReadAtLeastAsync(11);
        Assert.Equal(Payload[4..15], second.Buffer.ToArray());
        reader.AdvanceTo(second.Buffer.End);
        Assert.Throws<InvalidOperationException>(() => reader.AdvanceTo(second.Buffer.End));
        reader.Complete();
        reader.Complete();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.ReadAsync());
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    private static async Task RunAsync(int size, (int Consume, int Examine)[] steps)
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(Payload.AsMemory(0, size));
            await writer.CompleteAsync();
        });
        PipeReader reader = (await StreamReading.AcceptAsync(line[1])).AsPipeReader();
        var seen = new MemoryStream();
        for (int step = 0; ; step++)
        {
            ReadResult result = await reader.ReadAsync();
            (int consume, int examine) = steps[step % steps.Length];

            // At least something, so that the window never fills with what nobody takes.
            long consumed = Math.Min(result.Buffer.Length, Math.Max(1, result.Buffer.Length * consume / 100));
            foreach (ReadOnlyMemory<byte> part in result.Buffer.Slice(0, consumed))
            {
                seen.Write(part.Span);
            }

            long examined = consumed + ((result.Buffer.Length - consumed) * examine / 100);
            reader.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.GetPosition(examined));
            if (result.IsCompleted && consumed == result.Buffer.Length)
            {
                break;
            }
        }

        await reader.CompleteAsync();
        await write;
        Assert.True(Payload.AsSpan(0, size).SequenceEqual(seen.ToArray()));
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }
}
