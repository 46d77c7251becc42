using FastPath.Buffers.Pooling;
using FastPath.Engine;
using FastPath.Interleavings.Tests.Scheduling;
using FastPath.Protocol.Streams;

namespace FastPath.Interleavings.Tests;

/// <summary>The ring between the loop that fills it and readers on other threads, in schedules that are tried one by one.</summary>
public sealed class RingInterleavingTests
{
    private const int Block = 64;
    private const int Size = (3 * Block) + 20;

    // The first fragment, then the last two swapped (scenario R2).
    private static readonly (int Start, int End)[] Pieces = [(0, 70), (140, Size), (70, 150)];

    [Fact]
    [Trait("Scenario", "R2")]
    [Trait("Scenario", "R7")]
    public void A_reader_gets_every_byte_without_any_timer_in_every_schedule()
    {
        int schedules = Scheduler.RunAll(preemptionsMax: 2, () => ReaderBesideLoop(grows: false));
        Assert.True(schedules > 200, $"{schedules} schedules");
    }

    [Theory]
    [Trait("Scenario", "R7")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reader_gets_every_byte_without_any_timer_in_thousands_of_random_schedules(bool grows) =>
        Scheduler.RunRandom(2_000, () => ReaderBesideLoop(grows));

    [Fact]
    [Trait("Scenario", "R8")]
    [Trait("Scenario", "P1")]
    public void A_fork_beside_reclaiming_reads_everything_or_hears_that_it_is_too_late()
    {
        var outcomes = new HashSet<bool>();
        Scheduler.RunAll(preemptionsMax: 1, () => Fork(outcomes));
        Scheduler.RunRandom(500, () => Fork(outcomes));
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    [Trait("Scenario", "A8")]
    public void The_last_to_leave_gives_everything_back_once_whoever_it_is()
    {
        var outcomes = new HashSet<bool>();
        Scheduler.RunAll(preemptionsMax: 2, () =>
        {
            var run = new RingRun(Block, Size, readers: 2);
            run.Ring.Write(0, run.Payload.AsSpan(0, 100), out _);
            return (
                [
                    () => SteppedThread.Atomically(run.Ring.Abandon),
                    () => SteppedThread.Atomically(() => run.Ring.RemoveCursor(run.Cursors[0])),
                    () => SteppedThread.Atomically(() => run.Ring.RemoveCursor(run.Cursors[1])),
                    () =>
                    {
                        SteppedThread.Step();
                        RingCursor? fork = run.Ring.TryAddCursor();
                        outcomes.Add(fork is not null);
                        if (fork is not null)
                        {
                            SteppedThread.Step();
                            byte[] read = new byte[100];
                            run.Ring.CopyTo(0, read);
                            Assert.Equal(run.Payload[..100], read);
                            run.Ring.RemoveCursor(fork);
                        }
                    },
                ],
                run.AssertGivenBack);
        });
        Assert.Equal(2, outcomes.Count);
    }

    private static (Action[] Bodies, Action Check) ReaderBesideLoop(bool grows)
    {
        var run = new RingRun(Block, Size, readers: 1);
        var read = new List<byte>();
        return (
            [() => Fill(run, grows), () => run.ReadToEnd(0, run.Cursors[0], read)],
            () =>
            {
                Assert.Equal(run.Payload, read);
                run.AssertGivenBack();
            }
        );
    }

    private static (Action[] Bodies, Action Check) Fork(HashSet<bool> outcomes)
    {
        var run = new RingRun(Block, Size, readers: 1, signals: 2);
        var read = new List<byte>();
        var forked = new List<byte>();
        bool isTooLate = false;
        return (
            [
                () => Fill(run, grows: false),
                () => run.ReadToEnd(0, run.Cursors[0], read),
                () =>
                {
                    SteppedThread.Step();
                    RingCursor? fork = run.Ring.TryAddCursor();
                    isTooLate = fork is null;
                    if (fork is not null)
                    {
                        run.ReadToEnd(1, fork, forked);
                    }
                },
            ],
            () =>
            {
                outcomes.Add(isTooLate);
                Assert.Equal(run.Payload, read);
                Assert.Equal(isTooLate ? [] : run.Payload, forked);
                run.AssertGivenBack();
            }
        );
    }

    /// <summary>What the loop does as packets come: write, wake, give back what was read, end.</summary>
    private static void Fill(RingRun run, bool grows)
    {
        foreach ((int start, int end) in Pieces)
        {
            run.Ring.Write(start, run.Payload.AsSpan(start, end - start), out _);
            run.WakeReaders();
            run.Ring.Reclaim();
            if (grows)
            {
                run.Ring.TryGrow(run.Ring.Capacity + (2 * Block));
            }
        }

        run.End();
    }
}
