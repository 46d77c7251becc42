using FastPath.Protocol.Time;

namespace FastPath.Protocol.Congestion;

/// <summary>What is a queue, and what is only the way that packets and their acknowledgements travel.</summary>
internal sealed partial class BbrController
{
    private const int QueueShare = 8;
    private const int ClearShare = 128;
    private const int PacketsWithoutQueue = 2;
    private static readonly Duration QueueMin = Duration.FromMilliseconds(2);
    private static readonly Duration ClearMin = Duration.FromMilliseconds(0.5);

    // Two answers to one question, with a band between them in which the flow neither makes up for loss nor drains. What may be
    // filled is filled: where the time of packets counted as no queue there either, 8 ms stood instead of 0.7 at 2 Mbit/s, 137 ms and
    // 5 % of loss, for one per cent more of the rate. And a flow that drains what packets explain gives up a thirtieth of a slow link.

    /// <summary>Even the shortest of the last round trip waited next to nowhere: there is room to make up for what is lost.</summary>
    private bool IsQueueEmpty => _background.RoundQueue <= Duration.Max(MinRoundTrip / ClearShare, ClearMin);

    /// <summary>What even the shortest waited beyond what packets in flight explain: to be drained.</summary>
    private Duration QueueToDrain => IsQueueEmpty ? Duration.Zero : Duration.Max(_background.RoundQueue - TimeOfPackets(), Duration.Zero);

    /// <summary>The shortest round trip may be that of a short packet, which a slow link lets through sooner; and one waits for another.</summary>
    private Duration TimeOfPackets() => Rate == 0 ? Duration.Zero : Duration.FromSeconds(PacketsWithoutQueue * _datagramBytes / (double)Rate);

    /// <summary>So much longer than the shortest that it was held up, by whatever it was.</summary>
    private bool HasWaited(in AckSample ack) => ack.RoundTrip > MinRoundTrip + Duration.Max(MinRoundTrip / QueueShare, QueueMin);

    /// <summary>More is in flight than the path holds, and it waits: whatever the application does, the path sets the rate.</summary>
    private bool IsPathSettingRate(in AckSample ack) => HasWaited(in ack) && ack.FlightAtSendBytes > Volume(1);
}
