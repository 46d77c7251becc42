using FastPath.Protocol.Relaying;
using FastPath.Protocol.Time;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Relaying;

/// <summary>When one of several readers of a ring is dropped, by times that the test makes up.</summary>
public sealed class LaggardWatchTests
{
    private const long Window = 1_000;
    private static readonly Duration Bound = Duration.FromSeconds(2);
    private static readonly Duration Tick = Duration.FromMilliseconds(100);

    [Fact]
    public void One_that_stands_still_is_dropped_at_its_bound_and_not_before()
    {
        var fast = new Member();
        var slow = new Member();
        var watch = new LaggardWatch();
        watch.Add(fast, Bound);
        watch.Add(slow, Bound);
        fast.Position = Window;
        Instant start = Instant.Zero;
        Assert.Equal(start + Bound, watch.Observe(start, isSourceWaiting: true, Window));
        watch.Observe(start + Bound - Tick, isSourceWaiting: true, Window);
        Assert.True(slow.IsLive);
        Assert.Equal(Instant.Never, watch.Observe(start + Bound, isSourceWaiting: true, Window));
        Assert.Equal((false, true), (slow.IsLive, fast.IsLive));
    }

    [Fact]
    public void One_that_is_slower_for_good_is_dropped_though_it_moves()
    {
        var (watch, fast, slow) = Pair();
        Instant now = Instant.Zero;
        for (long step = 0; step < 20 && slow.IsLive; step++, now += Tick)
        {
            slow.Position = 10 * step;
            fast.Position = slow.Position + Window;

            // The ring flickers between full and not.
            watch.Observe(now, isSourceWaiting: step % 2 == 0, Window);
        }

        watch.Observe(Instant.Zero + Bound, isSourceWaiting: false, Window);
        Assert.False(slow.IsLive);
    }

    [Fact]
    public void One_that_comes_near_again_begins_anew()
    {
        var (watch, fast, slow) = Pair();
        fast.Position = Window;
        watch.Observe(Instant.Zero, isSourceWaiting: true, Window);
        slow.Position = Window - 100;
        watch.Observe(Instant.Zero + (Bound / 2), isSourceWaiting: true, Window);
        fast.Position = 2 * Window;
        slow.Position = Window;
        watch.Observe(Instant.Zero + Bound, isSourceWaiting: true, Window);
        watch.Observe(Instant.Zero + Bound + (Bound / 2), isSourceWaiting: true, Window);
        Assert.True(slow.IsLive);
        watch.Observe(Instant.Zero + Bound + Bound, isSourceWaiting: true, Window);
        Assert.False(slow.IsLive);
    }

    [Fact]
    public void A_source_that_does_not_wait_or_has_ended_makes_no_laggard()
    {
        var (watch, fast, slow) = Pair();
        fast.Position = Window;
        Assert.Equal(Instant.Never, watch.Observe(Instant.Zero, isSourceWaiting: false, Window));
        watch.Observe(Instant.Zero + Bound, isSourceWaiting: false, Window);
        watch.Observe(Instant.Zero + Bound, isSourceWaiting: true, Window);
        Assert.Equal(Instant.Never, watch.Observe(Instant.Zero + Bound + Tick, isSourceWaiting: false, windowBytes: 0));
        watch.Observe(Instant.Zero + (Bound * 3), isSourceWaiting: true, Window);
        Assert.True(slow.IsLive);
    }

    [Fact]
    public void When_all_stand_still_alike_nobody_is_dropped_and_without_a_bound_nobody_ever()
    {
        var (watch, fast, slow) = Pair();
        for (Instant now = Instant.Zero; now < Instant.Zero + (Bound * 3); now += Tick)
        {
            watch.Observe(now, isSourceWaiting: true, Window);
        }

        Assert.True(slow.IsLive && fast.IsLive);
        var patient = new LaggardWatch();
        patient.Add(fast, null);
        patient.Add(slow, null);
        fast.Position = Window;
        patient.Observe(Instant.Zero, isSourceWaiting: true, Window);
        patient.Observe(Instant.Zero + (Bound * 100), isSourceWaiting: true, Window);
        Assert.True(slow.IsLive && fast.IsLive);
    }

    [Property(MaxTest = 300)]
    public Property The_furthest_is_never_dropped_and_whoever_is_dropped_was_far_behind_for_its_bound()
    {
        Gen<int[]> speeds = Gen.ArrayOf(Gen.Choose(0, 60), 4);
        return Prop.ForAll(Arb.From(speeds), speed =>
        {
            var watch = new LaggardWatch();
            Member[] members = [.. speed.Select(_ => new Member())];
            Instant[] behindSince = [.. speed.Select(_ => Instant.Never)];
            foreach (Member member in members)
            {
                watch.Add(member, Bound);
            }

            Instant now = Instant.Zero;
            for (int step = 0; step < 100; step++, now += Tick)
            {
                long low = members.Where(m => m.IsLive).Min(m => m.Position);
                for (int i = 0; i < members.Length; i++)
                {
                    members[i].Position = Math.Min(members[i].Position + speed[i], low + Window);
                }

                long furthest = members.Where(m => m.IsLive).Max(m => m.Position);
                low = members.Where(m => m.IsLive).Min(m => m.Position);
                for (int i = 0; i < members.Length; i++)
                {
                    bool isBehind = (furthest - members[i].Position) * 2 >= Window;
                    behindSince[i] = !isBehind ? Instant.Never : behindSince[i] == Instant.Never ? now : behindSince[i];
                }

                bool[] before = [.. members.Select(m => m.IsLive)];
                watch.Observe(now, isSourceWaiting: furthest - low >= Window, Window);
                for (int i = 0; i < members.Length; i++)
                {
                    Assert.True(!before[i] || members[i].IsLive || now - behindSince[i] >= Bound);
                    Assert.True(members[i].IsLive || members[i].Position < furthest);
                }
            }

            // Who holds the others up is gone in the end.
            long last = members.Where(m => m.IsLive).Max(m => m.Position);
            Assert.All(members, m => Assert.True(!m.IsLive || last - m.Position < Window || speed.Max() * 100 < 2 * Window));
        });
    }

    private static (LaggardWatch Watch, Member Fast, Member Slow) Pair()
    {
        var watch = new LaggardWatch();
        var fast = new Member();
        var slow = new Member();
        watch.Add(fast, Bound);
        watch.Add(slow, Bound);
        return (watch, fast, slow);
    }

    private sealed class Member : IFanOutMember
    {
        public bool IsLive { get; private set; } = true;

        public long Position { get; set; }

        public void DropTooSlow(Instant now) => IsLive = false;
    }
}
