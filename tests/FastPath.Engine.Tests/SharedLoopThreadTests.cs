using FastPath.Engine;
using FastPath.Engine.Tests.Loopback;
using FastPath.Protocol.Congestion;
using FastPath.Sockets;

namespace FastPath.Engine.Tests;

/// <summary>Nodes on real sockets whose loops share a thread.</summary>
public sealed class SharedLoopThreadTests
{
    private readonly SharedLoopThread _thread = new(DatagramSocketSettings.Default);

    [LinuxFact]
    public async Task Loops_of_one_thread_talk_with_each_other_and_with_others()
    {
        using var far = new LoopbackNode(CongestionAlgorithm.Bbr);
        LoopbackNode[] nodes = [.. Enumerable.Range(0, 12).Select(_ => new LoopbackNode(CongestionAlgorithm.Bbr, _thread))];
        Assert.Equal(nodes.Length, _thread.Count);
        foreach (LoopbackNode node in nodes)
        {
            await node.ConnectAsync(far, far.Address);
            await node.ConnectAsync(nodes[0] == node ? nodes[1] : nodes[0], (nodes[0] == node ? nodes[1] : nodes[0]).Address);
        }

        Thread[] threads = await Task.WhenAll(nodes.Select(node => node.FindThreadAsync()));
        Assert.Single(threads.Distinct());
        Assert.NotEqual(threads[0], await far.FindThreadAsync());
        foreach (LoopbackNode node in nodes)
        {
            node.Dispose();
        }

        Assert.Equal(0, _thread.Count);
    }

    [LinuxFact]
    public async Task The_thread_ends_with_its_last_loop_and_begins_again_with_the_next()
    {
        Thread? last = null;
        for (int i = 0; i < 20; i++)
        {
            using var node = new LoopbackNode(CongestionAlgorithm.Bbr, _thread);
            Thread thread = await node.FindThreadAsync();
            Assert.NotEqual(last, thread);
            node.Dispose();
            Assert.True(thread.Join(TimeSpan.FromSeconds(20)), "the thread goes on without a loop");
            last = thread;
        }
    }

    [LinuxFact]
    public async Task A_loop_that_leaves_or_comes_does_not_disturb_the_others()
    {
        using var stays = new LoopbackNode(CongestionAlgorithm.Bbr, _thread);
        using var far = new LoopbackNode(CongestionAlgorithm.Bbr);
        await stays.ConnectAsync(far, far.Address);
        for (int i = 0; i < 50; i++)
        {
            using var passing = new LoopbackNode(CongestionAlgorithm.Bbr, _thread);
            await passing.ConnectAsync(stays, stays.Address);
            Assert.Equal(2, _thread.Count);
        }

        Assert.Equal(1, _thread.Count);
        await stays.UntilAsync(() => stays.ConnectionTo(far) is { IsConfirmed: true });
    }

    [LinuxFact]
    public async Task A_signal_of_a_loop_that_has_left_is_not_kept_for_its_next_pass()
    {
        using var stays = new LoopbackNode(CongestionAlgorithm.Bbr, _thread);
        var signal = new AsyncSignal(Leave());
        Task waiter = signal.WaitAsync(CancellationToken.None).AsTask();
        await stays.RunAsync(signal.Set);
        await waiter.WaitAsync(TimeSpan.FromSeconds(20));

        EngineLoop Leave()
        {
            using var leaves = new LoopbackNode(CongestionAlgorithm.Bbr, _thread);
            return leaves.Loop;
        }
    }

    [LinuxFact]
    public async Task Tasks_from_many_threads_wake_the_thread_each_time()
    {
        LoopbackNode[] nodes = [.. Enumerable.Range(0, 4).Select(_ => new LoopbackNode(CongestionAlgorithm.Bbr, _thread))];

        // One that was lost would run with the next second's timer at the earliest: all of them would take hours.
        await Task.WhenAll(nodes.Select(node => Task.Run(async () =>
        {
            for (int i = 0; i < 2_000; i++)
            {
                await node.RunAsync(() => { });
            }
        })));
        foreach (LoopbackNode node in nodes)
        {
            node.Dispose();
        }
    }
}
