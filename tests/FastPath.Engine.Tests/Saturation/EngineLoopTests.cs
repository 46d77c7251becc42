using System.Security.Cryptography;
using FastPath.Buffers.Datagrams;
using FastPath.Engine;
using FastPath.Engine.Tests.Loopback;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Sockets;

namespace FastPath.Engine.Tests.Saturation;

public sealed class EngineLoopTests
{
    private const int Peers = 128;
    private const int ReceivedInARowMax = 64;
    private const int SentInARowMax = 256;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly EndpointSettings Settings = EndpointSettings.Default with { BufferBudgetBytes = 64 * 1_024 * 1_024 };

    /// <summary>On a thread that loops share, so has another loop.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Scenario", "F2")]
    public async Task Arrivals_departures_losses_timers_and_tasks_all_have_their_turn_when_there_is_too_much_of_each(bool isShared)
    {
        ILoopThread? shared = isShared ? new SharedLoopThread(DatagramSocketSettings.Default) : null;
        using var neighbour = new LoopbackNode(CongestionAlgorithm.Cubic, shared);
        using var far = new LoopbackNode(CongestionAlgorithm.Cubic);
        var socket = new SaturatedSocket();
        var endpoint = new Endpoint(Settings, RandomNumberGenerator.GetBytes(32), new SystemRandom());
        var peers = new List<Endpoint>();
        for (int i = 0; i < Peers; i++)
        {
            peers.Add(new Endpoint(Settings with { BufferBudgetBytes = 1_024 * 1_024 }, RandomNumberGenerator.GetBytes(32), new SystemRandom()));
            socket.Add(PeerAddress.FromIPv4(0x0A000100 + (uint)i, 2), peers[i]);
        }

        var loop = new EngineLoop(new NodeCore(endpoint, OperationSettings.Default, NoHost.Create()), socket, shared ?? new OwnLoopThread());
        loop.Post(now =>
        {
            for (int i = 0; i < Peers; i++)
            {
                endpoint.Dial(now, peers[i].PublicKey, PeerAddress.FromIPv4(0x0A000100 + (uint)i, 2));
            }
        });
        loop.Start();
        await UntilAsync(loop, () => peers.TrueForAll(peer => endpoint.Find(peer.PublicKey) is { IsConfirmed: true }));
        await RunAsync(loop, () => peers.ForEach(peer => _ = new EndlessStream(endpoint.Find(peer.PublicKey)!, endpoint.Pool)));

        await neighbour.ConnectAsync(far, far.Address);

        // Long after the windows are full: every connection has sent, lost, sent again and heard of it, and tasks were run.
        await UntilAsync(loop, () => peers.TrueForAll(peer => endpoint.Find(peer.PublicKey) is
        {
            Recovery.PacketsLost: > 5, Counters: { PacketsSent: > 200, PacketsReceived: > 20 },
        }));
        Assert.True(endpoint.StreamCounters.FragmentsSentAgain > Peers);
        Assert.True(endpoint.Counters.DatagramsMalformed + endpoint.Counters.DatagramsUnknownIndex > 1_000);
        Assert.InRange(socket.MostReceivedInARow, ReceivedInARowMax / 2, ReceivedInARowMax);
        Assert.Equal(SentInARowMax, socket.MostSentInARow);
        Assert.Equal(0, socket.Waits);

        // And it can be ended, though what comes does not end.
        await Task.Run(loop.Dispose).WaitAsync(Limit);
        peers.ForEach(peer => peer.Dispose());
    }

    private static async Task UntilAsync(EngineLoop loop, Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        bool holds = false;
        while (!holds)
        {
            limit.Token.ThrowIfCancellationRequested();
            await RunAsync(loop, () => holds = condition());
        }
    }

    private static async Task RunAsync(EngineLoop loop, Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ =>
        {
            action();
            done.SetResult();
        });
        await done.Task.WaitAsync(Limit);
    }
}
