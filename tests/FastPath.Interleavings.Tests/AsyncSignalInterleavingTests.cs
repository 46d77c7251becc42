using FastPath.Engine;
using FastPath.Interleavings.Tests.Scheduling;

namespace FastPath.Interleavings.Tests;

public sealed class AsyncSignalInterleavingTests
{
    [Theory]
    [Trait("Scenario", "R7")]
    [InlineData(1)]
    [InlineData(2)]
    public void No_wake_up_is_lost_in_any_schedule(int sets)
    {
        int schedules = Scheduler.RunAll(preemptionsMax: 3, () =>
        {
            var signal = new AsyncSignal(EngineLoop.Instance);
            int produced = 0;
            int seen = 0;
            return ([Produce, Consume], () => Assert.Equal(sets, seen));

            void Produce()
            {
                for (int i = 0; i < sets; i++)
                {
                    Volatile.Write(ref produced, i + 1);
                    signal.Set();
                }
            }

            void Consume()
            {
                while (seen < sets)
                {
                    int now = Volatile.Read(ref produced);
                    if (now > seen)
                    {
                        seen = now;
                        continue;
                    }

                    SteppedThread.Current!.Await(signal.WaitAsync(CancellationToken.None));
                }
            }
        });
        Assert.True(schedules > 10, $"{schedules} schedules");
    }

    [Fact]
    [Trait("Scenario", "R7")]
    public void Two_setters_and_a_waiter_always_meet()
    {
        int schedules = Scheduler.RunAll(preemptionsMax: 2, () =>
        {
            var signal = new AsyncSignal(EngineLoop.Instance);
            int left = 0;
            int right = 0;
            return (
                [
                    () => Raise(ref left, signal),
                    () => Raise(ref right, signal),
                    () =>
                    {
                        while (Volatile.Read(ref left) + Volatile.Read(ref right) < 2)
                        {
                            SteppedThread.Current!.Await(signal.WaitAsync(CancellationToken.None));
                        }
                    },
                ],
                () => Assert.Equal(2, left + right));
        });
        Assert.True(schedules > 50, $"{schedules} schedules");
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public void A_cancelled_wait_ends_once_and_leaves_the_signal_usable_in_any_schedule()
    {
        var outcomes = new HashSet<bool>();
        Scheduler.RunAll(preemptionsMax: 2, () =>
        {
            var signal = new AsyncSignal(EngineLoop.Instance);
            var cancel = new CancellationTokenSource();
            int produced = 0;
            bool isDone = false;
            return (
                [
                    () => Raise(ref produced, signal),
                    () => SteppedThread.Atomically(cancel.Cancel),
                    () =>
                    {
                        try
                        {
                            SteppedThread.Current!.Await(signal.WaitAsync(cancel.Token));
                            outcomes.Add(true);
                        }
                        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
                        {
                            outcomes.Add(false);
                        }

                        // Whatever became of that wait, the next one without a token ends.
                        while (Volatile.Read(ref produced) == 0)
                        {
                            SteppedThread.Current!.Await(signal.WaitAsync(CancellationToken.None));
                        }

                        isDone = true;
                    },
                ],
                () => Assert.True(isDone));
        });
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void A_signal_that_forgets_a_set_is_found()
    {
        // The same program, but for a flag that is looked at before the waiter is registered: the bug that R7 is about.
        var failure = Assert.Throws<InvalidOperationException>(() => Scheduler.RunAll(preemptionsMax: 2, () =>
        {
            SteppedThread? waiter = null;
            int isSet = 0;
            return (
                [
                    () =>
                    {
                        Volatile.Write(ref isSet, 1);
                        SteppedThread? found = waiter;
                        found?.Wake();
                    },
                    () =>
                    {
                        if (Volatile.Read(ref isSet) == 0)
                        {
                            SteppedThread.Step();
                            waiter = SteppedThread.Current;
                            waiter!.Block();
                        }
                    },
                ],
                () => { }
            );
        }));
        Assert.Contains("Nobody wakes thread 1", failure.Message, StringComparison.Ordinal);
    }

    private static void Raise(ref int state, AsyncSignal signal)
    {
        Volatile.Write(ref state, 1);
        signal.Set();
    }
}
