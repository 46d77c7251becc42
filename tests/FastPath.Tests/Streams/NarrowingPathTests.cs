using System.Net;
using System.Net.Sockets;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Protocol.Paths;
using FastPath.Sockets;
using FastPath.Sockets.Linux;
using FastPath.Sockets.Portable;
using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Over real sockets, whose way the kernel makes narrower in the middle of a transfer.</summary>
[Collection(RunsAlone.Name)]
public sealed class NarrowingPathTests
{
    private const int PayloadBytes = 30_000_000;
    private const int IPv6Level = 41;
    private const int IPv6Mtu = 24;

    [Theory]
    [InlineData(FastPathEngine.Auto)]
    [InlineData(FastPathEngine.Saea)]
    [Trait("Scenario", "C6")]
    public async Task A_length_that_the_kernel_refuses_from_now_on_is_given_up_and_no_byte_is_lost(FastPathEngine engine)
    {
        if (!OperatingSystem.IsLinux() || !Socket.OSSupportsIPv6)
        {
            return;
        }

        var options = new FastPathOptions { Engine = engine };
        await using FastPathNode receiver = Start(options);
        await using FastPathNode sender = Start(options);
        FastPathPeer peer = await sender.ConnectAsync(receiver.Address);
        PathMtu path = sender.Core.Endpoint.Connections[0].Path;
        await using OutgoingStream writer = peer.OpenStream(totalLength: PayloadBytes);
        byte[] payload = new byte[PayloadBytes];
        new Random(1).NextBytes(payload);
        Task write = Task.Run(async () =>
        {
            await writer.WriteAsync(payload);
            await writer.CompleteAsync();
        });
        using StreamHandle reader = await receiver.AcceptStreamsAsync().FirstAsync();
        int read = 0;
        bool isNarrow = false;
        while (await reader.ReadAvailableAsync() is { IsEmpty: false } bytes)
        {
            Assert.True(bytes.Span.SequenceEqual(payload.AsSpan(read, bytes.Length)));
            read += bytes.Length;
            if (!isNarrow && path.Current == PathMtuSettings.LongestBytes)
            {
                SetMtu(sender, 1_400);
                isNarrow = true;
            }
        }

        Assert.Equal(PayloadBytes, read);
        await write;
        Assert.True(isNarrow, $"{path.Current} bytes were found");
        Assert.Equal(PathMtuSettings.BaseBytes, path.Current);
        Assert.True(sender.Socket.Counters.SendTooLong > 0);
        Assert.Equal(0, path.BlackHoles);
    }

    internal static FastPathNode Start(FastPathOptions options) =>
        FastPathNode.Start(NodeIdentity.Create(), new IPEndPoint(IPAddress.IPv6Loopback, 0), options);

    internal static void SetMtu(FastPathNode node, int bytes)
    {
        IDatagramSocket socket = node.Socket;
        Socket native = socket is LinuxDatagramSocket linux ? linux.Native : ((SaeaDatagramSocket)socket).Native;
        native.SetRawSocketOption(IPv6Level, IPv6Mtu, BitConverter.GetBytes(bytes));
    }
}
