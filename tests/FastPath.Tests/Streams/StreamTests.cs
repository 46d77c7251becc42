using System.Buffers;
using System.Security.Cryptography;
using FastPath.Options;
using FastPath.Sockets.Impairment;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Streams over real sockets, as a host uses them.</summary>
public sealed class StreamTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(3_000_001);

    [Theory]
    [InlineData(FastPathEngine.Auto)]
    [InlineData(FastPathEngine.Saea)]
    public async Task A_payload_arrives_as_written_whatever_the_pieces(FastPathEngine engine)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions { Engine = engine });
        await using OutgoingStream writer = line.Right(0).OpenStream(new byte[] { 1, 2, 3 }, Payload.Length);
        Task write = Task.Run(async () =>
        {
            for (int offset = 0; offset < Payload.Length; offset += 70_001)
            {
                await writer.WriteAsync(Payload.AsMemory(offset, Math.Min(70_001, Payload.Length - offset)));
            }

            await writer.CompleteAsync();
        });
        using StreamHandle reader = await AcceptAsync(line[1]);
        Assert.Equal([1, 2, 3], reader.Metadata.ToArray());
        Assert.Equal(writer.TransferId, reader.TransferId);
        var output = new MemoryStream();
        for (int turn = 0; ; turn++)
        {
            ReadOnlyMemory<byte> bytes = turn % 2 == 0 ? await reader.ReadAvailableAsync() : await reader.ReadAsync(777);
            Assert.True(turn % 2 == 0 || bytes.Length <= 777);
            if (bytes.IsEmpty)
            {
                break;
            }

            output.Write(bytes.Span);
        }

        await write;
        Assert.True(reader.IsComplete);
        Assert.True(Payload.AsSpan().SequenceEqual(output.ToArray()));
        reader.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Many_streams_at_once_keep_their_bytes_apart_on_a_bad_path()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions
        {
            Impairment = new ImpairmentSettings
            {
                Seed = (ulong)i,
                Loss = 0.03,
                Duplication = 0.03,
                Reordering = 0.1,
                Corruption = 0.01,
                Truncation = 0.01,
            },
        });
        Task[] writes = [.. Enumerable.Range(0, 20).Select(async i =>
        {
            await using OutgoingStream writer = line.Right(0).OpenStream(new[] { (byte)i });
            await writer.WriteAsync(Payload.AsMemory(i * 1_000, 50_000 + i));
            await writer.CompleteAsync();
        })];
        for (int i = 0; i < 20; i++)
        {
            using StreamHandle reader = await AcceptAsync(line[1]);
            int number = reader.Metadata.Span[0];
            using PooledPayload payload = await reader.ReadAllAsync(1_000_000);
            Assert.True(Payload.AsSpan(number * 1_000, 50_000 + number).SequenceEqual(payload.Sequence.ToArray()));
        }

        await Task.WhenAll(writes);
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Reading_all_fails_at_once_above_its_limit_and_tells_the_writer()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        foreach (bool announced in (bool[])[true, false])
        {
            await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: announced ? Payload.Length : null);
            Task write = Task.Run(async () =>
            {
                await writer.WriteAsync(Payload);
                await writer.CompleteAsync();
            });
            StreamHandle reader = await AcceptAsync(line[1]);
            FastPathException tooLarge = await Assert.ThrowsAsync<FastPathException>(async () => await reader.ReadAllAsync(100_000));
            Assert.Equal(FastPathError.TooLarge, tooLarge.Error);
            FastPathException told = await Assert.ThrowsAsync<FastPathException>(() => write);
            Assert.Equal(FastPathError.TooLarge, told.Error);
            Assert.Equal(reader.TransferId, told.Transfer!.TransferId);
        }

        await line.AssertBaselineAsync();
    }

    [Fact]
    [Trait("Scenario", "A5")]
    public async Task Giving_up_at_either_end_is_heard_at_the_other()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using (OutgoingStream writer = line.Right(0).OpenStream())
        {
            await writer.WriteAsync(Payload.AsMemory(0, 100_000));
            StreamHandle reader = await AcceptAsync(line[1]);
            await reader.ReadAvailableAsync();
            reader.Dispose();
            FastPathException stopped = await Assert.ThrowsAsync<FastPathException>(
                async () =>
                {
                    while (true)
                    {
                        await writer.WriteAsync(Payload);
                    }
                });
            Assert.Equal(FastPathError.Cancelled, stopped.Error);
        }

        OutgoingStream abandoned = line.Right(0).OpenStream();
        await abandoned.WriteAsync(Payload.AsMemory(0, 1_000));
        using StreamHandle left = await AcceptAsync(line[1]);
        await abandoned.DisposeAsync();
        FastPathException given = await Assert.ThrowsAsync<FastPathException>(
            async () =>
            {
                while (!(await left.ReadAvailableAsync()).IsEmpty)
                {
                }
            });
        Assert.Equal(FastPathError.Cancelled, given.Error);
        left.Dispose();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_cancelled_read_leaves_the_stream_readable()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(new byte[] { 1 });
        using StreamHandle reader = await AcceptAsync(line[1]);
        Assert.Equal(1, (await reader.ReadAvailableAsync()).Length);
        using var cancel = new CancellationTokenSource();
        ValueTask<ReadOnlyMemory<byte>> parked = reader.ReadAvailableAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await parked);
        await writer.WriteAsync(new byte[] { 2, 3 });
        Assert.Equal([2, 3], (await reader.ReadAvailableAsync()).ToArray());
        await writer.CompleteAsync();
        Assert.True((await reader.ReadAvailableAsync()).IsEmpty);
    }

    [Fact]
    [Trait("Scenario", "P2")]
    public async Task A_relay_passes_a_stream_on_to_two_targets()
    {
        // 0 - 1 - 2, and 1 - 3. Node 1 has memory for a third of it.
        await using NodeLine line = await NodeLine.StartAsync(
            3, node => new FastPathOptions { BufferBudgetBytes = (node == 1 ? 1L : 256L) * 1_024 * 1_024 });
        await using NodeLine extra = await NodeLine.StartAsync(1);
        FastPathPeer third = await line[1].ConnectAsync(extra[0].Address);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: Payload.Length);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(Payload);
            await writer.CompleteAsync();
        });
        StreamHandle passing = await AcceptAsync(line[1]);
        Task relay = line[1].RelayToAsync(passing, [line.Right(1), third]).AsTask();
        using StreamHandle atSecond = await AcceptAsync(line[2]);
        using StreamHandle atThird = await AcceptAsync(extra[0]);
        Task<byte[]> second = DrainAsync(atSecond);
        Task<byte[]> other = DrainAsync(atThird);
        byte[][] received = await Task.WhenAll(second, other).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.All(received, bytes => Assert.True(Payload.AsSpan().SequenceEqual(bytes)));
        await relay;
        await write;
    }

    [Fact]
    [Trait("Scenario", "R4")]
    public async Task Piped_fragments_may_come_in_any_order_and_twice()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        byte[] payload = Payload[..99_050];
        await using PipedStream pipe = line[0].Pipe([line.Right(0)], payload.Length, 1_000);
        Assert.Equal(100, pipe.FragmentCount);
        uint[] order = [.. Enumerable.Range(1, 100).Select(n => (uint)n).OrderBy(n => n * 37 % 101)];
        foreach (uint number in order)
        {
            bool isComplete = await pipe.PipeFragmentAsync(number, Fragment(number));
            Assert.Equal(number == order[^1], isComplete);
            await pipe.PipeFragmentAsync(number, Fragment(number));
        }

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pipe.PipeFragmentAsync(0, Fragment(1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pipe.PipeFragmentAsync(101, Fragment(1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await pipe.PipeFragmentAsync(uint.MaxValue, Fragment(1)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await pipe.PipeFragmentAsync(100, Fragment(1)));
        using StreamHandle reader = await AcceptAsync(line[1]);
        Assert.Equal(payload, await DrainAsync(reader));
        await pipe.CompleteAsync();

        ReadOnlyMemory<byte> Fragment(uint number) =>
            payload.AsMemory((int)(number - 1) * 1_000, Math.Min(1_000, payload.Length - ((int)(number - 1) * 1_000)));
    }

    [Fact]
    [Trait("Scenario", "P1")]
    public async Task A_fork_and_its_original_end_on_their_own()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        byte[] payload = Payload[..60_000];
        foreach (bool dropsOriginal in (bool[])[true, false])
        {
            await using OutgoingStream writer = line.Right(0).OpenStream();
            await writer.WriteAsync(payload.AsMemory(0, 10_000));
            StreamHandle original = await AcceptAsync(line[1]);
            StreamHandle fork = original.Fork();
            StreamHandle dropped = dropsOriginal ? original : fork;
            using StreamHandle kept = dropsOriginal ? fork : original;

            // Dropped while it waits for more: it alone wakes with an error.
            for (int read = 0; read < 10_000;)
            {
                read += (await dropped.ReadAvailableAsync()).Length;
            }

            Task parked = dropped.ReadAvailableAsync().AsTask();
            dropped.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => parked);
            Task<byte[]> rest = DrainAsync(kept);
            await writer.WriteAsync(payload.AsMemory(10_000));
            await writer.CompleteAsync();
            Assert.Equal(payload, await rest);
        }

        await line.AssertBaselineAsync();
    }

    [Fact]
    [Trait("Scenario", "R8")]
    public async Task A_fork_after_bytes_were_given_back_comes_too_late_and_says_so()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: 400_000);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(Payload.AsMemory(0, 400_000));
            await writer.CompleteAsync();
        });
        using StreamHandle reader = await AcceptAsync(line[1]);
        for (int read = 0; read < 300_000;)
        {
            read += (await reader.ReadAvailableAsync()).Length;
        }

        FastPathException late = Assert.Throws<FastPathException>(() => reader.Fork());
        Assert.Equal(FastPathError.TooLate, late.Error);
        while (!(await reader.ReadAvailableAsync()).IsEmpty)
        {
        }

        await write;
    }

    [Fact]
    public async Task A_handle_is_read_as_a_stream_a_pipe_and_an_enumeration_alike()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        byte[] payload = Payload[..200_001];
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(payload.AsMemory(0, 1_000));
        StreamHandle first = await AcceptAsync(line[1]);
        StreamHandle second = first.Fork();
        using StreamHandle third = first.Fork();
        Task<byte[]> asStream = Task.Run(async () =>
        {
            await using Stream stream = first.AsStream();
            var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            return copy.ToArray();
        });
        Task<byte[]> asPipe = Task.Run(async () =>
        {
            var copy = new MemoryStream();
            var pipe = second.AsPipeReader();
            await pipe.CopyToAsync(copy);
            await pipe.CompleteAsync();
            return copy.ToArray();
        });
        Task<byte[]> enumerated = Task.Run(async () =>
        {
            var copy = new MemoryStream();
            await foreach (ReadOnlyMemory<byte> part in third)
            {
                copy.Write(part.Span);
            }

            return copy.ToArray();
        });
        await writer.WriteAsync(payload.AsMemory(1_000));
        await writer.CompleteAsync();
        Assert.All(await Task.WhenAll(asStream, asPipe, enumerated), bytes => Assert.Equal(payload, bytes));
        third.Dispose();
        await writer.DisposeAsync();
        await line.AssertBaselineAsync();
    }

    private static Task<StreamHandle> AcceptAsync(FastPathNode node) => StreamReading.AcceptAsync(node);

    private static Task<byte[]> DrainAsync(StreamHandle stream) => StreamReading.DrainAsync(stream);
}
