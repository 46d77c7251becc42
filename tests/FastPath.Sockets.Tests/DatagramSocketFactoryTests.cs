using System.Net;
using FastPath.Sockets.Linux;

namespace FastPath.Sockets.Tests;

public sealed class DatagramSocketFactoryTests
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    [Fact]
    public void The_best_engine_that_works_is_picked_and_says_why()
    {
        using IDatagramSocket socket = DatagramSocketFactory.Create(DatagramSocketKind.Auto, AnyPort);
        DatagramSocketKind best = OffloadProbe.Result.IsUsable ? DatagramSocketKind.Linux : DatagramSocketKind.Saea;
        Assert.Equal(best, socket.Report.Engine);
        Assert.Equal(OffloadProbe.Result.Finding, socket.Report.Reason);
    }

    [Fact]
    public void An_engine_that_is_asked_for_is_used()
    {
        using IDatagramSocket socket = DatagramSocketFactory.Create(DatagramSocketKind.Saea, AnyPort);
        Assert.Equal(DatagramSocketKind.Saea, socket.Report.Engine);
        Assert.False(socket.Report.IsSegmenting || socket.Report.IsCoalescing);
    }

    [Fact]
    public void The_engines_understand_each_other()
    {
        using IDatagramSocket best = DatagramSocketFactory.Create(DatagramSocketKind.Auto, AnyPort);
        using IDatagramSocket portable = DatagramSocketFactory.Create(DatagramSocketKind.Saea, AnyPort);
        foreach ((IDatagramSocket from, IDatagramSocket to) in new[] { (best, portable), (portable, best) })
        {
            for (int i = 0; i < 100; i++)
            {
                from.CommitCopy(new byte[1_200], to.LocalAddress);
            }

            from.Flush();
            for (int i = 0; i < 100; i++)
            {
                Assert.Equal(1_200, SocketPatience.Receive(to).Bytes.Length);
            }
        }
    }
}
