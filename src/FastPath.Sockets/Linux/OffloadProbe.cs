using System.Net;
using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Linux;

/// <summary>
/// Finds out by behaviour what this kernel does: a few datagrams over loopback, looked at on arrival.
/// </summary>
/// <remarks>
/// Versions and options of the kernel tell too little; containers and emulations accept what they do not do.
/// </remarks>
internal sealed class OffloadProbe
{
    private const int SegmentBytes = 500;
    private const int TailBytes = 100;
    private const int Datagrams = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private static readonly Lazy<OffloadProbe> Once = new(Run);

    private OffloadProbe(bool isUsable, OffloadSupport support, string finding)
    {
        IsUsable = isUsable;
        Support = support;
        Finding = finding;
    }

    /// <summary>Probed once in a process.</summary>
    public static OffloadProbe Result => Once.Value;

    /// <summary>The system calls of the engine work here.</summary>
    public bool IsUsable { get; }

    public OffloadSupport Support { get; }

    /// <summary>The result in words.</summary>
    public string Finding { get; }

    private static OffloadProbe Run()
    {
        if (!OperatingSystem.IsLinux() || nint.Size != sizeof(long) || !BitConverter.IsLittleEndian)
        {
            return new OffloadProbe(false, OffloadSupport.None, "the Linux engine needs a 64-bit little-endian Linux");
        }

        try
        {
            return Examine(OffloadSupport.Full) ?? Examine(OffloadSupport.None)
                ?? new OffloadProbe(false, OffloadSupport.None, "the self-test over loopback lost its datagrams");
        }
        catch (Exception e) when (e
            is DatagramSocketException or DllNotFoundException or EntryPointNotFoundException)
        {
            return new OffloadProbe(false, OffloadSupport.None, $"the self-test over loopback failed: {e.Message}");
        }
    }

    /// <returns>Null when not every datagram arrived as it was sent.</returns>
    private static OffloadProbe? Examine(OffloadSupport offload)
    {
        DatagramSocketSettings settings = DatagramSocketSettings.Default with
        {
            ReceiveBatchMessages = Datagrams,
            ReceiveBufferBytes = 256 * 1_024,
            SendBufferBytes = 256 * 1_024,
        };
        var anyPort = new IPEndPoint(IPAddress.Loopback, 0);
        using var sender = new LinuxDatagramSocket(anyPort, settings, offload, string.Empty);
        using var receiver = new LinuxDatagramSocket(anyPort, settings, offload, string.Empty);
        for (int i = 0; i < Datagrams; i++)
        {
            Span<byte> space = sender.RentSend(SegmentBytes);
            space.Fill(Mark(i));
            sender.CommitSend(LengthOf(i), receiver.LocalAddress);
        }

        sender.Flush();
        for (int i = 0; i < Datagrams; i++)
        {
            if (!TryReceive(receiver, out Span<byte> datagram)
                || datagram.Length != LengthOf(i)
                || datagram.ContainsAnyExcept(Mark(i)))
            {
                return null;
            }
        }

        bool isSegmenting = offload.Segmentation && sender.Counters is { SegmentationRefusals: 0, SendCalls: 1 };
        bool isCoalescing = offload.Coalescing && receiver.Report.IsCoalescing;
        return new OffloadProbe(
            true,
            new OffloadSupport(isSegmenting, isCoalescing),
            $"self-test over loopback: segmentation {Word(isSegmenting)}, coalescing {Word(isCoalescing)}"
                + $" ({receiver.Counters.BuffersCoalesced} joined buffers seen)");
    }

    private static bool TryReceive(LinuxDatagramSocket socket, out Span<byte> datagram)
    {
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (!socket.TryReceive(out datagram, out PeerAddress _))
        {
            if (Environment.TickCount64 > end)
            {
                return false;
            }

            socket.Wait(Patience);
        }

        return true;
    }

    private static int LengthOf(int number) => number == Datagrams - 1 ? TailBytes : SegmentBytes;

    private static byte Mark(int number) => (byte)(0xA0 + number);

    private static string Word(bool isWorking) => isWorking ? "works" : "does not work";
}
