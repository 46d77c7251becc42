using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>What is lost, what only seemed so, and what the controller hears of it.</summary>
internal sealed partial class LossRecovery
{
    private const int PersistentCongestionThreshold = 3;

    private readonly ReorderTolerance _tolerance;
    private readonly LossEpisode _episode = new();
    private Instant _firstSampleAt = Instant.Never;

    // Everything before it is acknowledged or lost, and is not looked at again.
    private ulong _unsettledFrom;

    // When the first packet left of the run of losses, without an acknowledgement between them, that ends there.
    private Instant _lossRunStart = Instant.Never;
    private long _lostBytes;
    private int _persistentEpisode;

    public long MtuProbesLost { get; private set; }

    /// <summary>Packets behind the largest acknowledged one from which on a packet counts as lost.</summary>
    public int PacketThreshold => _tolerance.PacketThreshold;

    private void DetectLosses<TSink>(Instant now, TSink sink)
        where TSink : IFrameFateSink
    {
        _lossTime = Instant.Never;
        if (!_anyAcknowledged)
        {
            return;
        }

        var found = new LossesFound();
        Duration lossDelay = _tolerance.LossDelay(Rtt);
        ulong number = Math.Max(_unsettledFrom, _ledger.Start);
        while (number < _largestAcknowledged)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet.State == SentPacketState.Acknowledged)
            {
                _lossRunStart = Instant.Never;
                number = packet.RunEnd;
                continue;
            }

            if (packet.State == SentPacketState.InFlight && packet.IsAckEliciting)
            {
                bool isLost = _largestAcknowledged - number >= (ulong)_tolerance.PacketThreshold
                    || packet.SentAt + lossDelay <= now;
                if (!isLost)
                {
                    // Numbers and times rise together: if this one is not, no later one is.
                    _lossTime = packet.SentAt + lossDelay;
                    break;
                }

                Lose(now, number, ref packet, sink, ref found);
            }

            number++;
        }

        _unsettledFrom = number;
        if (found.Bytes > 0)
        {
            ReportLoss(now, in found);
        }
    }

    private void Lose<TSink>(Instant now, ulong number, ref SentPacket packet, TSink sink, ref LossesFound found)
        where TSink : IFrameFateSink
    {
        packet.State = SentPacketState.Lost;
        _elicitingInFlight--;
        BytesInFlight -= packet.SizeBytes;
        if (packet.IsEcnCapable)
        {
            _ecn.OnLost();
        }

        if (packet.SaysNothingOfLoad)
        {
            MtuProbesLost++;
            TellLost(in packet, sink);
            return;
        }

        _path?.OnLost(number, packet.SizeBytes, now);
        PacketsLost++;
        _lostBytes += packet.SizeBytes;
        found.First = found.Bytes == 0 ? number : found.First;
        found.Newest = number;
        found.Bytes += packet.SizeBytes;

        // Only what left after the first sample counts: before it the probe timeout is a guess.
        if (packet.SentAt > _firstSampleAt)
        {
            _lossRunStart = Instant.Min(_lossRunStart, packet.SentAt);
            found.IsPersistent |= packet.SentAt - _lossRunStart >= ProbeTimeout * PersistentCongestionThreshold;
        }

        TellLost(in packet, sink);
    }

    /// <summary>The packet never left: what it carried is sent again, and neither controller nor statistics count a loss.</summary>
    public void OnRefused<TSink>(ulong number, TSink sink)
        where TSink : IFrameFateSink
    {
        if (!_ledger.Contains(number))
        {
            return;
        }

        ref SentPacket packet = ref _ledger[number];
        if (packet is not { State: SentPacketState.InFlight, IsAckEliciting: true })
        {
            return;
        }

        packet.State = SentPacketState.Lost;
        packet.SaysNothingOfLoad = true;
        _elicitingInFlight--;
        BytesInFlight -= packet.SizeBytes;
        TellLost(in packet, sink);
    }

    private void TellLost<TSink>(in SentPacket packet, TSink sink)
        where TSink : IFrameFateSink
    {
        for (int i = 0; i < packet.FrameCount; i++)
        {
            sink.OnFrameLost(in _ledger.Frame(in packet, i));
        }
    }

    private void ReportLoss(Instant now, in LossesFound found)
    {
        ref SentPacket newest = ref _ledger[found.Newest];
        bool wasCertain = _episode is { Number: > 0, IsCertain: true };
        bool isNewEpisode = _episode.TryBegin(now, newest.SentAt);
        if (isNewEpisode && wasCertain)
        {
            _tolerance.OnCertainEpisode();
        }

        for (ulong number = found.First; number <= found.Newest; number++)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet is { State: SentPacketState.Lost, LostInEpisode: 0, SaysNothingOfLoad: false })
            {
                packet.LostInEpisode = _episode.Number;
                _episode.OnLost();
            }
        }

        bool isPersistent = found.IsPersistent && _persistentEpisode != _episode.Number;
        if (isPersistent)
        {
            _persistentEpisode = _episode.Number;
            Rtt.ForgetMin(now);
        }

        Congestion.OnLost(new LossSample
        {
            Now = now,
            LostBytes = found.Bytes,
            IsNewEpisode = isNewEpisode,
            IsPersistent = isPersistent,
            FlightBytes = BytesInFlight,
            FlightAtSendBytes = newest.FlightAtSend,
            LostSinceSendBytes = _lostBytes - newest.LostAtSend,
            IsAppLimited = newest.IsAppLimited,
        });
    }

    /// <returns>True when nothing of the newest episode was really lost.</returns>
    private bool OnArrivedLate(Instant now, ulong number, in SentPacket packet)
    {
        _lossRunStart = Instant.Never;
        _tolerance.OnArrivedLate(_largestAcknowledged - number, now - packet.SentAt, Rtt);
        return _episode.OnArrived(packet.LostInEpisode);
    }

    /// <summary>A mark slows down like a loss, once a round trip. The count of a peer can only make it slower.</summary>
    private void ReportMarks(Instant now, long marks, in SentPacket newest)
    {
        if (marks <= 0)
        {
            return;
        }

        PacketsMarked += marks;
        Congestion.OnLost(new LossSample
        {
            Now = now,
            LostBytes = 0,
            MarkedPackets = marks,
            IsNewEpisode = _episode.TryBegin(now, newest.SentAt),
            FlightBytes = BytesInFlight,
            FlightAtSendBytes = newest.FlightAtSend,
            LostSinceSendBytes = _lostBytes - newest.LostAtSend,
            IsAppLimited = newest.IsAppLimited,
        });
    }

    private struct LossesFound
    {
        public long Bytes;
        public bool IsPersistent;
        public ulong First;
        public ulong Newest;
    }
}
