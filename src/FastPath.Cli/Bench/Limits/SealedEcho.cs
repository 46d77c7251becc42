using System.Diagnostics;
using System.Net;
using FastPath.Buffers.Datagrams;
using FastPath.Options;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Packets;
using FastPath.Protocol.Time;
using FastPath.Sockets;

namespace FastPath.Cli.Bench.Limits;

/// <summary>
/// One end of sealed datagrams there and back between two threads: what any request costs here, whatever the protocol.
/// </summary>
internal sealed class SealedEcho : IDisposable
{
    public const int ShortBytes = 100;
    public const int ShortCount = 2_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);
    private static readonly Duration KeepOldKeys = Duration.FromSeconds(1);

    private readonly IDatagramSocket _socket;
    private readonly PacketSealer _sealer;
    private readonly PacketOpener _opener;

    public SealedEcho(FastPathEngine engine, PacketCipher cipher)
    {
        byte[] secret = new byte[PhaseKey.SecretLength];
        _socket = DatagramSocketFactory.Create((DatagramSocketKind)engine, new IPEndPoint(IPAddress.Loopback, 0));
        _sealer = new PacketSealer(cipher, secret, RekeyLimits.Default, Instant.Zero);
        _opener = new PacketOpener(cipher, secret);
    }

    public PeerAddress Address => _socket.LocalAddress;

    /// <returns>Round trips in microseconds, in order of size.</returns>
    public static double[] Measure(FastPathEngine engine, string cipher, int bytes, int count) =>
        Measure(engine, cipher, bytes, count, 1, out _);

    /// <param name="engine">Of both sockets.</param>
    /// <param name="cipher">Name of one that this processor has.</param>
    /// <param name="bytes">In each datagram, beside what sealing adds.</param>
    /// <param name="count">Round trips.</param>
    /// <param name="concurrency">Datagrams on their way at once.</param>
    /// <param name="perSecond">Round trips a second.</param>
    public static double[] Measure(
        FastPathEngine engine, string cipher, int bytes, int count, int concurrency, out double perSecond)
    {
        using var pair = new SealedEchoPair(engine, cipher, bytes);
        long start = Stopwatch.GetTimestamp();
        double[] microseconds = pair.Ask(count, concurrency);
        perSecond = count / Stopwatch.GetElapsedTime(start).TotalSeconds;
        Array.Sort(microseconds);
        return microseconds;
    }

    public void Wake() => _socket.Wake();

    public void Dispose()
    {
        _socket.Dispose();
        _sealer.Dispose();
        _opener.Dispose();
    }

    /// <returns>Round trips in microseconds, as they came.</returns>
    public double[] Ask(PeerAddress to, int bytes, int count, int concurrency)
    {
        long began = Stopwatch.GetTimestamp();
        double[] microseconds = new double[count];
        int answered = 0;
        int lost = 0;
        for (int sent = 0; answered + lost < count;)
        {
            for (; sent < count && sent - answered - lost < concurrency; sent++)
            {
                Send(to, bytes, Stopwatch.GetTimestamp());
            }

            _socket.Flush();
            bool isHeard = false;
            while (TryOpen(out long sentAt, out _, out _))
            {
                if (sentAt < began)
                {
                    // Given up by the block before.
                    continue;
                }

                microseconds[answered++] = Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds;
                isHeard = true;
            }

            if (!isHeard)
            {
                long asked = Stopwatch.GetTimestamp();
                _socket.Wait(Patience);
                lost = Stopwatch.GetElapsedTime(asked) >= Patience ? sent - answered : lost;
            }
        }

        return microseconds[..Math.Max(1, answered)];
    }

    /// <summary>Answers until it is over, and somebody wakes it.</summary>
    public void Answer(ref bool isOver)
    {
        while (!Volatile.Read(ref isOver))
        {
            while (TryOpen(out long sentAt, out PeerAddress from, out int bytes))
            {
                Send(from, bytes, sentAt);
            }

            _socket.Wait(Patience);
        }
    }

    private void Send(PeerAddress to, int bytes, long sentAt)
    {
        int length = Math.Max(bytes, sizeof(long));
        Span<byte> packet = _socket.RentSend(length + _sealer.Overhead);
        BitConverter.TryWriteBytes(packet[PacketHeader.Length..], sentAt);
        _socket.CommitSend(_sealer.Seal(0, packet, length), to);
    }

    private bool TryOpen(out long sentAt, out PeerAddress from, out int bytes)
    {
        sentAt = 0;
        bytes = 0;
        if (!_socket.TryReceive(out Span<byte> packet, out from) || !PacketHeader.TryRead(packet, out PacketHeader header))
        {
            return false;
        }

        OpenResult result = _opener.TryOpen(packet, in header, Instant.Zero, KeepOldKeys, out bytes);
        if (result != OpenResult.Opened)
        {
            throw new InvalidOperationException($"a packet of the echo is {result}");
        }

        sentAt = BitConverter.ToInt64(packet[PacketHeader.Length..]);
        return true;
    }
}
