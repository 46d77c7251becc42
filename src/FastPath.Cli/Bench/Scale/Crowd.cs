using System.Net;
using System.Security.Cryptography;
using FastPath.Buffers.Datagrams;
using FastPath.Engine;
using FastPath.Options;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Handshakes;
using FastPath.Sockets;

namespace FastPath.Cli.Bench.Scale;

/// <summary>
/// Many peers with a key each, behind one socket: every one connects to a node and is then forgotten here, so that what
/// stays in this process is what the node keeps of it.
/// </summary>
internal sealed class Crowd(FastPathOptions options) : IDisposable
{
    private const int DatagramBytesMax = 2_048;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly IDatagramSocket _socket = DatagramSocketFactory.Create(
        (DatagramSocketKind)options.Engine, new IPEndPoint(IPAddress.Loopback, 0));

    public void Connect(FastPathNode node, int count, CancellationToken cancellationToken)
    {
        PeerKey key = node.Address.Key;
        var address = PeerAddress.FromEndPoint(node.Address.EndPoint);
        EndpointSettings settings = EndpointSettings.Default with
        {
            // Nobody here says that a connection is gone: what comes for those forgotten is left alone.
            ResetsPerSecond = 0,
            Ciphers = options.Cipher == FastPathCipher.Auto ? [] : [(CipherSuite)options.Cipher],
        };
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var endpoint = new Endpoint(settings, RandomNumberGenerator.GetBytes(StaticKeyPair.KeyLength), new SystemRandom());
            endpoint.Dial(MonotonicClock.Now, key, address);
            Turn(endpoint);
            while (endpoint.Find(key) is not { Rtt.HasSample: true })
            {
                // Only for what is still to come: waiting once more when all has come would take the whole patience a peer.
                _socket.Wait(Patience);
                Turn(endpoint);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Turn(Endpoint endpoint)
    {
        while (_socket.TryReceive(out Span<byte> datagram, out PeerAddress from))
        {
            endpoint.HandleDatagram(MonotonicClock.Now, from, datagram);
        }

        if (MonotonicClock.Now >= endpoint.NextTimeout)
        {
            endpoint.HandleTimeout(MonotonicClock.Now);
        }

        while (endpoint.TryPollDialResult(out DialResult result))
        {
            if (result.Connection is null)
            {
                throw new FastPathException(FastPathError.Unreachable, $"a handshake failed: {result.Failure}");
            }
        }

        while (endpoint.TryPollTransmit(
            MonotonicClock.Now, _socket.RentSend(DatagramBytesMax), out int length, out PeerAddress to))
        {
            _socket.CommitSend(length, to);
        }
    }
}
