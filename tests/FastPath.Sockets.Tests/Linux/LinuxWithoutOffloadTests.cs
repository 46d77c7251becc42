using System.Net;
using FastPath.Sockets.Tests.Conformance;

namespace FastPath.Sockets.Tests.Linux;

/// <summary>The Linux engine as it runs on a kernel or a path without segmentation offload.</summary>
[Collection(RunsAlone.Name)]
public sealed class LinuxWithoutOffloadTests : DatagramSocketConformance
{
    private protected override IDatagramSocket Open(IPEndPoint local, DatagramSocketSettings settings) =>
        DatagramSocketFactory.Create(DatagramSocketKind.Linux, local, settings with { AllowOffload = false });

    [Fact]
    public void Many_datagrams_still_share_a_call()
    {
        const int Count = 60;
        using IDatagramSocket sender = Open();
        using IDatagramSocket receiver = Open();
        for (int i = 0; i < Count; i++)
        {
            sender.CommitCopy(Pattern(1_200), receiver.LocalAddress);
        }

        sender.Flush();
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(Pattern(1_200), SocketPatience.Receive(receiver).Bytes);
        }

        Assert.False(sender.Report.IsSegmenting);
        Assert.Equal(0, receiver.Counters.BuffersCoalesced);
        Assert.Equal(1, sender.Counters.SendCalls);
        Assert.InRange(receiver.Counters.ReceiveCalls, 1, Count / 4);
    }
}
