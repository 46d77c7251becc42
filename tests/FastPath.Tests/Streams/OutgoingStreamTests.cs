using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using FastPath.Serialization.Bodies;
using FastPath.Streams;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Tests.Streams;

/// <summary>The ways to write a stream, and what happens when they are used wrongly.</summary>
public sealed class OutgoingStreamTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(900_001);

    [Theory]
    [InlineData("memory")]
    [InlineData("stream")]
    [InlineData("synchronous")]
    [InlineData("pipe")]
    [InlineData("body")]
    public async Task Every_way_to_write_brings_the_same_bytes(string way)
    {
        foreach (int length in (int[])[0, 1, Payload.Length])
        {
            await using NodeLine line = await NodeLine.StartAsync(2);
            OutgoingStream writer = line.Right(0).OpenStream();
            Task write = Task.Run(() => WriteAsync(writer, way, Payload.AsMemory(0, length)));
            using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
            byte[] read = await StreamReading.DrainAsync(reader);
            Assert.True(Payload.AsSpan(0, length).SequenceEqual(read), $"{length} bytes");
            await write;
            reader.Dispose();
            await line.AssertBaselineAsync();
        }
    }

    [Property(MaxTest = 15)]
    public Property A_pipe_writer_takes_pieces_of_any_size_with_or_without_flushes()
    {
        Gen<(int Hint, int Used, bool Flushes)[]> cases = Gen.ArrayOf(
            from hint in Gen.Choose(0, 20_000)
            from used in Gen.Choose(0, 100)
            from flushes in Gen.Frequency((2, Gen.Constant(true)), (1, Gen.Constant(false)))
            select (hint, used, flushes), 40);
        return Prop.ForAll(Arb.From(cases), steps => PipeAsync(steps).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task A_serializer_of_the_framework_writes_into_the_ring()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        PipeWriter pipe = line.Right(0).OpenStream().AsPipeWriter();
        string[] values = [.. Enumerable.Range(0, 20_000).Select(i => $"value {i}")];
        Task write = Task.Run(async () =>
        {
            await JsonSerializer.SerializeAsync(pipe, values);
            await pipe.CompleteAsync();
        });
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        string[]? read = await JsonSerializer.DeserializeAsync<string[]>(reader.AsPipeReader());
        await write;
        Assert.Equal(values, read);
    }

    [Fact]
    public async Task Misuse_of_a_writer_is_an_error_of_its_own_kind()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        OutgoingStream writer = line.Right(0).OpenStream();
        StreamHandle? reader = null;
        Task parked = writer.WriteAsync(Payload).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteAsync(Payload));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync());
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Advance(1));
        reader = await StreamReading.AcceptAsync(line[1]);
        await writer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => parked);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await writer.GetMemoryAsync());
        reader.Dispose();

        await using OutgoingStream announced = line.Right(0).OpenStream(totalLength: 5);
        await announced.WriteAsync(Payload.AsMemory(0, 3));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await announced.WriteAsync(Payload.AsMemory(0, 3)));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await announced.CompleteAsync());
        Assert.Equal(2, (await announced.GetMemoryAsync()).Length);
        Payload.AsMemory(3, 2).CopyTo(await announced.GetMemoryAsync());
        announced.Advance(2);
        using StreamHandle whole = await StreamReading.AcceptAsync(line[1]);
        Assert.Equal(Payload[..5], await StreamReading.DrainAsync(whole));
        await announced.CompleteAsync();
        await announced.CompleteAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await announced.WriteAsync(Payload.AsMemory(0, 1)));
        whole.Dispose();
        await announced.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(FastPathError.Cancelled)]
    [InlineData(FastPathError.Corrupt)]
    [InlineData(FastPathError.StoreFailed)]
    [InlineData(FastPathError.TooLarge)]
    [Trait("Scenario", "A5")]
    public async Task An_abort_at_either_end_is_heard_at_the_other_with_its_reason(FastPathError reason)
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using (OutgoingStream writer = line.Right(0).OpenStream())
        {
            await writer.WriteAsync(Payload.AsMemory(0, 10_000));
            using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
            writer.Abort(reason);
            FastPathException heard = await Assert.ThrowsAsync<FastPathException>(() => StreamReading.DrainAsync(reader));
            Assert.Equal((reason, writer.TransferId), (heard.Error, heard.Transfer!.TransferId));
            FastPathException own = await Assert.ThrowsAsync<FastPathException>(async () => await writer.CompleteAsync());
            Assert.Equal(reason, own.Error);
        }

        await using (OutgoingStream writer = line.Right(0).OpenStream())
        {
            await writer.WriteAsync(Payload.AsMemory(0, 10_000));
            StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
            reader.Abort(reason);
            FastPathException heard = await Assert.ThrowsAsync<FastPathException>(async () =>
            {
                while (true)
                {
                    await writer.WriteAsync(Payload);
                }
            });
            Assert.Equal(reason, heard.Error);
        }

        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_stream_that_is_disposed_half_way_never_looks_complete_unless_it_was_asked_to()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        foreach (bool completes in (bool[])[false, true])
        {
            Stream stream = line.Right(0).OpenStream().AsStream(completes);
            await stream.WriteAsync(Payload.AsMemory(0, 1_000));
            using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
            Task<byte[]> read = StreamReading.DrainAsync(reader);
            await stream.DisposeAsync();
            if (completes)
            {
                Assert.Equal(Payload[..1_000], await read);
            }
            else
            {
                Assert.Equal(FastPathError.Cancelled, (await Assert.ThrowsAsync<FastPathException>(() => read)).Error);
            }
        }

        await line.AssertBaselineAsync();
    }

    private static async Task WriteAsync(OutgoingStream writer, string way, ReadOnlyMemory<byte> payload)
    {
        switch (way)
        {
            case "memory":
                while (!payload.IsEmpty)
                {
                    Memory<byte> space = await writer.GetMemoryAsync();
                    int count = Math.Min(space.Length, payload.Length);
                    payload[..count].CopyTo(space);
                    writer.Advance(count);
                    await writer.FlushAsync();
                    payload = payload[count..];
                }

                await writer.CompleteAsync();
                await writer.DisposeAsync();
                break;
            case "stream":
                await using (Stream stream = writer.AsStream(completesOnDispose: true))
                {
                    await new MemoryStream(payload.ToArray()).CopyToAsync(stream);
                }

                break;
            case "synchronous":
                using (Stream stream = writer.AsStream(completesOnDispose: true))
                {
                    new MemoryStream(payload.ToArray()).CopyTo(stream, 5_000);
                }

                break;
            case "pipe":
                PipeWriter pipe = writer.AsPipeWriter();
                await pipe.WriteAsync(payload[..(payload.Length / 2)]);
                await new MemoryStream(payload[(payload.Length / 2)..].ToArray()).CopyToAsync(pipe);
                await pipe.CompleteAsync();
                break;
            default:
                await writer.WriteAsync(new MemoryBody(payload));
                await writer.CompleteAsync();
                await writer.DisposeAsync();
                break;
        }
    }

    private static async Task PipeAsync((int Hint, int Used, bool Flushes)[] steps)
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        PipeWriter pipe = line.Right(0).OpenStream().AsPipeWriter();
        var written = new MemoryStream();
        Task write = Task.Run(async () =>
        {
            foreach ((int hint, int used, bool flushes) in steps)
            {
                if (pipe.UnflushedBytes > 100_000)
                {
                    await pipe.FlushAsync();
                }

                Memory<byte> memory = pipe.GetMemory(hint);
                Assert.True(memory.Length >= Math.Max(1, hint));
                int count = (int)Math.Min(memory.Length, 20_000L) * used / 100;
                int from = (int)written.Length % 500_000;
                Payload.AsMemory(from, count).CopyTo(memory);
                written.Write(Payload, from, count);
                pipe.Advance(count);
                if (flushes)
                {
                    await pipe.FlushAsync();
                }
            }

            await pipe.CompleteAsync();
        });
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        byte[] read = await StreamReading.DrainAsync(reader);
        await write;
        Assert.True(written.ToArray().AsSpan().SequenceEqual(read));
        reader.Dispose();
        await line.AssertBaselineAsync();
    }
}
