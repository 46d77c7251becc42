namespace FastPath.Tests.Diagnostics;

/// <summary>A node's own thread stands still until this ends, also when the test that holds it fails.</summary>
internal sealed class StandStill : IDisposable
{
    private readonly TaskCompletionSource _over = new();

    private StandStill()
    {
    }

    /// <summary>Returns when the node stands.</summary>
    public static StandStill Of(FastPathNode node)
    {
        var still = new StandStill();
        using var begun = new ManualResetEventSlim();
        node.Host.Loop.Post(_ =>
        {
            begun.Set();
            still._over.Task.Wait();
        });
        Assert.True(begun.Wait(Streams.StreamReading.Patience), "the node's thread is busy");
        return still;
    }

    public void End() => _over.TrySetResult();

    public void Dispose() => End();
}
