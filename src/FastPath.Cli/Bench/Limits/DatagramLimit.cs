using System.Diagnostics;
using System.Net;
using FastPath.Buffers.Datagrams;
using FastPath.Options;
using FastPath.Sockets;

namespace FastPath.Cli.Bench.Limits;

/// <summary>Datagrams from one socket of ours to another over loopback, a thread an end, with a window and nothing else.</summary>
internal static class DatagramLimit
{
    private const long TotalBytes = 200_000_000;
    private const int WindowBytes = 256 * 1_024;
    private const int BatchBytes = 64 * 1_024;

    // A lost report of the receiver must not stop the sender for ever.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    /// <returns>MB/s that arrived.</returns>
    public static double Measure(FastPathEngine engine, int datagramBytes)
    {
        var any = new IPEndPoint(IPAddress.Loopback, 0);
        using IDatagramSocket sender = DatagramSocketFactory.Create((DatagramSocketKind)engine, any);
        using IDatagramSocket receiver = DatagramSocketFactory.Create((DatagramSocketKind)engine, any);
        var thread = new Thread(() => Receive(receiver, datagramBytes)) { IsBackground = true, Name = "datagram limit" };
        thread.Start();
        long start = Stopwatch.GetTimestamp();
        long arrived = Send(sender, receiver.LocalAddress, datagramBytes);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        // The shortest datagram ends the receiver; several, since one may be lost.
        while (!thread.Join(Patience))
        {
            sender.RentSend(1)[0] = 0;
            sender.CommitSend(1, receiver.LocalAddress);
            sender.Flush();
        }

        return arrived / 1e6 / seconds;
    }

    private static long Send(IDatagramSocket sender, PeerAddress to, int datagramBytes)
    {
        long sent = 0;
        long arrived = 0;
        while (arrived < TotalBytes)
        {
            for (int batch = 0; batch < BatchBytes && sent - arrived < WindowBytes; batch += datagramBytes)
            {
                sender.RentSend(datagramBytes);
                sender.CommitSend(datagramBytes, to);
                sent += datagramBytes;
            }

            sender.Flush();
            bool isHeard = false;
            while (sender.TryReceive(out Span<byte> report, out _))
            {
                arrived = Math.Max(arrived, BitConverter.ToInt64(report));
                isHeard = true;
            }

            if (!isHeard && sent - arrived >= WindowBytes)
            {
                long asked = Stopwatch.GetTimestamp();
                sender.Wait(Patience);
                if (Stopwatch.GetElapsedTime(asked) >= Patience)
                {
                    // Lost in the kernel: what is out is written off.
                    sent = arrived;
                }
            }
        }

        return arrived;
    }

    private static void Receive(IDatagramSocket receiver, int datagramBytes)
    {
        long arrived = 0;
        while (true)
        {
            bool isHeard = false;
            PeerAddress sender = default;
            while (receiver.TryReceive(out Span<byte> datagram, out PeerAddress from))
            {
                if (datagram.Length < datagramBytes)
                {
                    return;
                }

                arrived += datagram.Length;
                sender = from;
                isHeard = true;
            }

            if (isHeard)
            {
                BitConverter.TryWriteBytes(receiver.RentSend(sizeof(long)), arrived);
                receiver.CommitSend(sizeof(long), sender);
            }

            receiver.Wait(Patience);
        }
    }
}
