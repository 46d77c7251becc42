using System.IO.Pipelines;
using System.Security.Cryptography;
using FastPath.Options;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Moving bytes allocates nothing once a stream is warm. Alone in the process, since the whole process is measured.</summary>
[Collection(nameof(StreamAllocationTests))]
[CollectionDefinition(nameof(StreamAllocationTests), DisableParallelization = true)]
public sealed class StreamAllocationTests
{
    private const int Piece = 1_000;
    private const int WarmUp = 3_000;
    private const int Measured = 6_000;

    // A byte a piece, for segments of queues between threads; a write that allocates shows 48 times this.
    private const long BytesMax = Measured;
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(Piece);

    [Theory]
    [InlineData("write")]
    [InlineData("write", 1)]
    [InlineData("memory")]
    [InlineData("pipe")]
    [InlineData("stream")]
    [Trait("Category", "Allocation")]
    public async Task Writing_and_reading_allocates_nothing_after_warm_up(string way, int loops = 0)
    {
        // A budget that is soon taken: after it no pool grows, however far the reader is behind.
        var options = new FastPathOptions
        {
            BufferBudgetBytes = 4 * 1_024 * 1_024,
            Loops = loops > 0 ? new FastPathLoops(loops) : null,
        };
        await using NodeLine line = await NodeLine.StartAsync(2, _ => options);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        await writer.WriteAsync(Payload);
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        Task<long> read = Task.Run(() => ReadAsync(reader, way));
        PipeWriter pipe = writer.AsPipeWriter();
        Stream stream = writer.AsStream();
        await RoundAsync(way, writer, pipe, stream, WarmUp);
        long least = await LeastAllocated.OfAsync(BytesMax, () => RoundAsync(way, writer, pipe, stream, Measured));
        await writer.CompleteAsync();
        Assert.Equal(writer.Progress.WrittenBytes, await read);
        Assert.InRange(least, 0, BytesMax);
    }

    private static async Task RoundAsync(string way, OutgoingStream writer, PipeWriter pipe, Stream stream, int pieces)
    {
        for (int i = 0; i < pieces; i++)
        {
            switch (way)
            {
                case "write":
                    await writer.WriteAsync(Payload);
                    break;
                case "memory":
                    Memory<byte> space = await writer.GetMemoryAsync();
                    int count = Math.Min(space.Length, Piece);
                    Payload.AsMemory(0, count).CopyTo(space);
                    writer.Advance(count);
                    break;
                case "pipe":
                    Payload.CopyTo(pipe.GetMemory(Piece));
                    pipe.Advance(Piece);
                    await pipe.FlushAsync();
                    break;
                default:
                    await stream.WriteAsync(Payload);
                    break;
            }
        }
    }

    private static async Task<long> ReadAsync(StreamHandle reader, string way)
    {
        long total = 0;
        if (way == "pipe")
        {
            PipeReader pipe = reader.AsPipeReader();
            while (true)
            {
                ReadResult result = await pipe.ReadAsync();
                total += result.Buffer.Length;
                pipe.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    return total;
                }
            }
        }

        while (true)
        {
            using StreamSegment segment = await reader.ReadSegmentAsync();
            if (segment.IsEnd)
            {
                return total;
            }

            total += segment.Memory.Length;
        }
    }
}
