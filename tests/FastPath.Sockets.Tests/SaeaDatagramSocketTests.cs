using System.Net;
using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Portable;

namespace FastPath.Sockets.Tests;

public sealed class SaeaDatagramSocketTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Datagrams_of_alternating_peers_come_with_their_addresses(string host)
    {
        using var server = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Parse(host), 0));
        using var first = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Parse(host), 0));
        using var second = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Parse(host), 0));
        for (int length = 1; length <= 1_500; length += 100)
        {
            foreach (SaeaDatagramSocket peer in new[] { first, second })
            {
                peer.Send(new byte[length], server.LocalAddress);
                (int received, PeerAddress from) = Receive(server);
                Assert.Equal((length, peer.LocalAddress), (received, from));
            }
        }
    }

    [Fact]
    [Trait("Scenario", "A4")]
    public void An_unreachable_peer_does_not_harm_the_socket()
    {
        using var server = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Loopback, 0));
        PeerAddress nobody;
        using (var gone = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            nobody = gone.LocalAddress;
        }

        for (int i = 0; i < 10; i++)
        {
            client.Send([1], nobody);
            client.Send([2], server.LocalAddress);
            Assert.Equal(client.LocalAddress, Receive(server).From);
        }
    }

    [Fact]
    public void A_wake_ends_a_wait()
    {
        using var socket = new SaeaDatagramSocket(new IPEndPoint(IPAddress.Loopback, 0));
        var thread = new Thread(socket.Wake);
        thread.Start();
        socket.Wait(Timeout.InfiniteTimeSpan);
        thread.Join();
    }

    private static (int Length, PeerAddress From) Receive(SaeaDatagramSocket socket)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            if (socket.TryReceive(out Span<byte> datagram, out PeerAddress from))
            {
                return (datagram.Length, from);
            }

            socket.Wait(TimeSpan.FromMilliseconds(100));
        }

        throw new TimeoutException("nothing arrived");
    }
}
