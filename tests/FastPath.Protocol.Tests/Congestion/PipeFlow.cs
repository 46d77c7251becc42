using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

/// <summary>Recovery and a controller on a pipe of one rate and one length with a queue without end; every packet is acknowledged at once.</summary>
internal sealed class PipeFlow : IFrameFateSink
{
    public const int PacketBytes = 1_200;

    private readonly SeededRandom _random;
    private readonly AckTracker _received = new(Duration.Zero);
    private readonly Queue<(Instant At, ulong Number)> _arrivals = new();
    private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];
    private readonly Duration _roundTrip;
    private readonly long _bytesPerSecond;
    private Instant _busyUntil;

    public PipeFlow(CongestionAlgorithm algorithm, Duration roundTrip, long bytesPerSecond, ulong seed = 1)
    {
        _random = new SeededRandom(seed);
        _roundTrip = roundTrip;
        _bytesPerSecond = bytesPerSecond;
        RecoverySettings settings = RecoverySettings.Default with { Congestion = algorithm };
        Controller = CongestionControllers.Create(settings, PacketBytes, seed);
        Recovery = new LossRecovery(Controller, settings);
    }

    public Instant Now { get; private set; }

    public ICongestionController Controller { get; }

    public LossRecovery Recovery { get; }

    public double Loss { get; set; }

    public long PacketsSent { get; private set; }

    /// <summary>Runs with as much to send as the controller allows, or with a packet of the application now and then.</summary>
    public void Run(Duration time, Duration? packetEvery = null)
    {
        Instant end = Now + time;
        Instant nextPacket = Now;
        while (true)
        {
            while ((packetEvery is null || Now >= nextPacket || Recovery.ProbesOwed > 0) && Recovery.CanSend(Now, PacketBytes))
            {
                Send(isLast: packetEvery is not null);
                nextPacket = Now + (packetEvery ?? Duration.Zero);
            }

            Instant next = Recovery.NextDeadline;
            next = _arrivals.TryPeek(out (Instant At, ulong) arrival) ? Instant.Min(next, arrival.At) : next;
            next = packetEvery is not null && nextPacket > Now ? Instant.Min(next, nextPacket) : next;
            if (next > end)
            {
                Now = end;
                return;
            }

            Now = Instant.Max(Now, next);
            Turn();
        }
    }

    void IFrameFateSink.OnFrameAcknowledged(in SentFrame frame)
    {
    }

    void IFrameFateSink.OnFrameLost(in SentFrame frame)
    {
    }

    private void Send(bool isLast)
    {
        ulong number = Recovery.NextPacketNumber;
        Recovery.OnPacketSent(Now, PacketBytes, true, isLast, [new SentFrame(FrameType.Fragment, number)]);
        PacketsSent++;
        _busyUntil = Instant.Max(_busyUntil, Now) + Duration.FromSeconds((double)PacketBytes / _bytesPerSecond);
        if (!_random.NextChance(Loss))
        {
            _arrivals.Enqueue((_busyUntil + _roundTrip, number));
        }
    }

    private void Turn()
    {
        while (_arrivals.TryPeek(out (Instant At, ulong Number) arrival) && arrival.At <= Now)
        {
            _arrivals.Dequeue();
            _received.OnPacketReceived(arrival.Number, true, Now);
            int count = _received.CopyRanges(_ranges);
            Recovery.HandleAck(Now, Duration.Zero, _ranges.AsSpan(0, count), this);
        }

        if (Now >= Recovery.NextDeadline)
        {
            Recovery.HandleTimeout(Now, this);
        }
    }
}
