using FastPath.Stores;

namespace FastPath.Tests.Stores;

public sealed class StoreWorkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Its_end_waits_for_all_that_was_begun_also_for_what_fails()
    {
        var work = new StoreWork();
        TaskCompletionSource[] begun = [new(), new(), new()];
        Array.ForEach(begun, one => work.Start(() => one.Task));
        begun[1].SetResult();
        Task end = work.EndAsync();
        Assert.Same(end, work.EndAsync());
        Assert.False(end.IsCompleted);
        begun[2].SetException(new InvalidOperationException("broken"));
        Assert.False(end.IsCompleted);
        begun[0].SetResult();
        await end.WaitAsync(Limit);
    }

    [Fact]
    public void Without_work_it_ends_at_once()
    {
        var work = new StoreWork();
        Assert.True(work.EndAsync().IsCompleted);

        // What comes too late does no harm.
        work.Start(() => { });
    }
}
