using FastPath.Options;

namespace FastPath.Tests;

[Collection(RunsAlone.Name)]
public sealed class RequestAllocationTests
{
    private const int Requests = 1_000;
    private const int Length = 1_000;

    /// <summary>Many at once need as many arrays at once: these are kept, too.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [Trait("Scenario", "M3")]
    public async Task Requests_into_the_callers_memory_allocate_nothing_on_any_thread(int atOnce)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            UnsafeInlineContinuations = true,
            RequestHandler = (_, request, _) => ValueTask.FromResult(request),
        });
        (byte[] Request, byte[] Answer)[] callers = [.. Enumerable.Range(0, atOnce).Select(_ => (new byte[Length], new byte[Length]))];
        await AskAsync(line.Right(0), callers);

        // One byte for each request, and the tasks of the callers.
        long bytesMax = Requests + (500 * atOnce);
        Assert.InRange(await LeastAllocated.OfAsync(bytesMax, () => AskAsync(line.Right(0), callers)), 0, bytesMax);
    }

    private static Task AskAsync(FastPathPeer peer, (byte[] Request, byte[] Answer)[] callers) =>
        Task.WhenAll(callers.Select(caller => AskAsync(peer, caller.Request, caller.Answer, Requests / callers.Length)));

    private static async Task AskAsync(FastPathPeer peer, byte[] request, byte[] answer, int count)
    {
        for (int i = 0; i < count; i++)
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
