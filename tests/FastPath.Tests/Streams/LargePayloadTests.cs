using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Payloads larger than any buffer. Alone: other tests allocate what they like.</summary>
[Collection(RunsAlone.Name)]
public sealed class LargePayloadTests
{
    private const long Length = 300_000_000;

    [Fact]
    [Trait("Scenario", "M4")]
    public async Task A_payload_of_any_size_needs_no_large_object()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions());
        await MoveAsync(line, 1_000_000);
        using var heap = new LargeAllocations();

        // The runtime reports in order and a little late: one object before and one behind show that it has reported all.
        GC.KeepAlive(new long[100_000]);
        await MoveAsync(line, Length);
        GC.KeepAlive(new double[100_000]);
        await heap.WaitForAsync("System.Double[]");
        Assert.Equal(["System.Int64[]", "System.Double[]"], heap.Seen.Distinct());
        await line.AssertBaselineAsync();
    }

    private static async Task MoveAsync(NodeLine line, long length)
    {
        await using OutgoingStream writer = line.Right(0).OpenStream(totalLength: length);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(new CountingBody(length));
            await writer.CompleteAsync();
        });
        using StreamHandle reader = await StreamReading.AcceptAsync(line[1]);
        long read = 0;
        await foreach (ReadOnlyMemory<byte> part in reader)
        {
            Assert.Equal((byte)read, part.Span[0]);
            read += part.Length;
        }

        Assert.Equal(length, read);
        await write;
    }

    /// <summary>Bytes that count up, of which none is kept.</summary>
    private sealed class CountingBody(long length) : IBody
    {
        public long Length => length;

        public void Read(long offset, Span<byte> destination)
        {
            for (int i = 0; i < destination.Length; i++)
            {
                destination[i] = (byte)(offset + i);
            }
        }
    }
}
