using FastPath.Engine;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Places of writers that wait for room: each is given out once and comes back once, however a wait ends.</summary>
public sealed class SpaceSignalsTests
{
    [Fact]
    [Trait("Scenario", "M6")]
    public async Task A_place_goes_to_whoever_has_waited_longest_and_is_never_given_twice()
    {
        var signals = new SpaceSignals(null, waitersMax: 1);
        AsyncSignal place = await signals.EnterAsync(CancellationToken.None);
        Task<AsyncSignal> second = signals.EnterAsync(CancellationToken.None).AsTask();
        Task<AsyncSignal> third = signals.EnterAsync(CancellationToken.None).AsTask();
        Assert.Equal(3, signals.Waiting);
        Assert.False(second.IsCompleted);

        signals.Leave(place);
        Assert.Same(place, await second);
        Assert.False(third.IsCompleted);
        signals.Leave(place);
        Assert.Same(place, await third);
        signals.Leave(place);
        Assert.Equal(0, signals.Waiting);
        Assert.True(signals.EnterAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    [Fact]
    [Trait("Scenario", "M6")]
    public async Task A_cancelled_wait_for_a_place_takes_none()
    {
        var signals = new SpaceSignals(null, waitersMax: 1);
        AsyncSignal place = await signals.EnterAsync(CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        Task<AsyncSignal> cancelled = signals.EnterAsync(cancel.Token).AsTask();
        Task<AsyncSignal> next = signals.EnterAsync(CancellationToken.None).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        signals.Leave(place);
        Assert.Same(place, await next);
        signals.Leave(place);
        Assert.Equal(0, signals.Waiting);
    }

    [Fact]
    [Trait("Scenario", "M6")]
    public async Task Places_survive_waits_that_are_cancelled_while_they_are_served()
    {
        const int Places = 3;
        var signals = new SpaceSignals(null, Places);
        async Task UseAsync(int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < 2_000; i++)
            {
                using var cancel = new CancellationTokenSource();
                Task<AsyncSignal> wait = signals.EnterAsync(cancel.Token).AsTask();
                if (random.Next(2) == 0)
                {
                    await cancel.CancelAsync();
                }

                try
                {
                    AsyncSignal place = await wait;
                    await Task.Yield();
                    signals.Leave(place);
                }
                catch (OperationCanceledException)
                {
                    // Its place, if it came, is somebody else's.
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(() => UseAsync(seed))));
        Assert.Equal(0, signals.Waiting);
        var places = new HashSet<AsyncSignal>();
        for (int i = 0; i < Places; i++)
        {
            Task<AsyncSignal> place = signals.EnterAsync(CancellationToken.None).AsTask();
            Assert.True(place.IsCompletedSuccessfully);
            places.Add(await place);
        }

        Assert.Equal(Places, places.Count);
    }
}
