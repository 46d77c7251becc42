namespace FastPath.Engine.Tests;

public sealed class AsyncSignalTests
{
    [Fact]
    [Trait("Scenario", "R7")]
    public async Task No_wake_up_is_lost_in_a_hundred_thousand_hand_overs()
    {
        const int Count = 100_000;
        var signal = new AsyncSignal();
        int produced = 0;
        Task producer = Task.Run(() =>
        {
            for (int i = 0; i < Count; i++)
            {
                Volatile.Write(ref produced, i + 1);
                signal.Set();
                if (i % 64 == 0)
                {
                    Thread.Yield();
                }
            }
        });
        int seen = 0;
        while (seen < Count)
        {
            int now = Volatile.Read(ref produced);
            if (now > seen)
            {
                seen = now;
                continue;
            }

            // No time-out anywhere: a lost wake-up would hang here.
            await signal.WaitAsync(CancellationToken.None);
        }

        await producer;
    }

    [Fact]
    public async Task A_set_that_finds_nobody_is_kept_for_the_next_wait_once()
    {
        var signal = new AsyncSignal();
        signal.Set();
        signal.Set();
        Assert.True(signal.WaitAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
        Task second = signal.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(second.IsCompleted);
        signal.Set();
        await second;
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_signal_usable()
    {
        var signal = new AsyncSignal();
        using var cancel = new CancellationTokenSource();
        Task wait = signal.WaitAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => wait);
        Task next = signal.WaitAsync(CancellationToken.None).AsTask();
        signal.Set();
        await next;
    }

    [Fact]
    public async Task Two_waiters_are_refused()
    {
        var signal = new AsyncSignal();
        Task first = signal.WaitAsync(CancellationToken.None).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await signal.WaitAsync(CancellationToken.None));
        signal.Set();
        await first;
    }
}
