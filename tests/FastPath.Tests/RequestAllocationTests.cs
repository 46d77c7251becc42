using FastPath.Options;

namespace FastPath.Tests;

[Collection(RunsAlone.Name)]
public sealed class RequestAllocationTests
{
    private const int Requests = 5_000;

    [Fact]
    [Trait("Scenario", "M3")]
    public async Task Requests_into_the_callers_memory_allocate_nothing_on_any_thread()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            UnsafeInlineContinuations = true,
            RequestHandler = (_, request, _) => ValueTask.FromResult(request),
        });
        await AskAsync(line.Right(0));

        // What the runtime does beside it is not in every round.
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await AskAsync(line.Right(0));
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        Assert.InRange(least, 0, Requests);
    }

    private static async Task AskAsync(FastPathPeer peer)
    {
        byte[] request = new byte[1_000];
        byte[] answer = new byte[1_000];
        for (int i = 0; i < Requests; i++)
        {
            request[i % request.Length]++;
            int length = await peer.RequestAsync(request, answer);
            if (!answer.AsSpan(0, length).SequenceEqual(request))
            {
                Assert.Fail($"answer {i} is another one's");
            }
        }
    }
}
