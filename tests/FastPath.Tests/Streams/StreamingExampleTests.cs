using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using FastPath.Serialization.Bodies;
using FastPath.Streams;
using FastPath.Tests.Stores;

namespace FastPath.Tests.Streams;

/// <summary>The examples of the read-me, line by line; the conventions compare the two.</summary>
public sealed class StreamingExampleTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(500_000);

    [Fact]
    public async Task The_examples_of_reading_and_writing_do_what_they_say()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await using OutgoingStream writer = line.Right(0).OpenStream();
        var serializer = new MemoryBody(Payload);
        int[] values = [1, 2, 3];
        Task write = Task.Run(async () =>
        {
            Memory<byte> space = await writer.GetMemoryAsync();   // of the ring; filled in place
            space.Span[0] = 1;
            writer.Advance(1);
            await writer.WriteAsync(serializer);                  // pulls from an incremental serializer as there is room
            PipeWriter pipe = writer.AsPipeWriter();
            await JsonSerializer.SerializeAsync(pipe, values);
            await pipe.CompleteAsync();                           // acknowledged by the next hop
        });
        using StreamHandle incoming = await StreamReading.AcceptAsync(line[1]);
        StreamHandle fork = incoming.Fork();
        using StreamHandle whole = incoming.Fork();
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        // Without a copy, several pieces at once: each is given back on its own.
        using (StreamSegment piece = await incoming.ReadSegmentAsync())
        {
            hash.AppendData(piece.Memory.Span);
        }

        // A parser over the ring itself: what it has consumed is given back, what it has only examined stays.
        PipeReader parser = fork.AsPipeReader();
        ReadResult result = await parser.ReadAtLeastAsync(4);
        parser.AdvanceTo(result.Buffer.GetPosition(4));

        StreamProgress progress = incoming.Progress;   // received, holes, rate, silence; allocates nothing
        Assert.True(progress.ReceivedBytes >= progress.ReadBytes && progress.ReadBytes > 0);
        await parser.CompleteAsync();
        incoming.Dispose();
        byte[] read = await StreamReading.DrainAsync(whole);
        await write;
        Assert.Equal([1, .. Payload, .. "[1,2,3]"u8], read);
    }

    [Fact]
    public async Task The_example_of_many_targets_does_what_it_says()
    {
        using var temporary = new TemporaryFolder();
        string folder = temporary.Path;
        await using NodeStar star = await NodeStar.StartAsync(2);
        FastPathNode node = star.Hub;
        (FastPathPeer left, FastPathPeer right) = (star.ToSinks[0], star.ToSinks[1]);
        byte[]? kept = null;
        Func<StreamHandle, CancellationToken, ValueTask> keep = async (handle, _) => kept = await StreamReading.DrainAsync(handle);
        await using OutgoingStream writer = star.ToHub.OpenStream();
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(Payload);
            await writer.CompleteAsync();
        });
        StreamHandle incoming = await star.AcceptAtHubAsync();
        Task<byte[]>[] reads = [ReadAsync(star, 0), ReadAsync(star, 1)];
        await using RelayedStream relay = node.Relay(incoming,
        [
            FanOutTarget.ToPeer(left),                                                            // everybody waits for it
            FanOutTarget.ToPeer(right, LaggardPolicy.DropAfter(TimeSpan.FromSeconds(5))),         // dropped, and told so
            FanOutTarget.ToReader(keep, LaggardPolicy.SpillTo(folder, bytesMax: 100_000_000)),    // waits in a file instead
        ]);
        await relay.CompleteAsync();
        FanOutTargetState state = relay.GetTargetState(1);   // taken, behind, spilled, how it ended
        Assert.Equal(new FanOutTargetState(Payload.Length, 0, 0, true, null), state);
        await write;
        Assert.Equal(Payload, kept);
        Assert.All(await Task.WhenAll(reads), read => Assert.Equal(Payload, read));
    }

    private static async Task<byte[]> ReadAsync(NodeStar star, int sink)
    {
        using StreamHandle handle = await star.AcceptAtSinkAsync(sink);
        return await StreamReading.DrainAsync(handle);
    }
}
