using FastPath.Protocol.Paths;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Recovery;

/// <summary>What is sent again before it is known to be lost.</summary>
internal sealed partial class LossRecovery
{
    // Datagrams that are expected to be lost, and a path on which a repair is soon done anyway.
    private const double RepairLossMin = 0.05;
    private static readonly Duration RepairRttMin = Duration.FromMilliseconds(10);

    /// <summary>
    /// On a path that loses by itself something of what is in flight is probably lost, and its repair takes a round trip: worth
    /// sending again at once what nothing else waits behind.
    /// </summary>
    /// <param name="repeats">How often that was done already. With each, it takes one more loss of the same bytes for a repair to be needed.</param>
    public bool IsRepairLikely(int repeats)
    {
        if (Rtt.Min < RepairRttMin || PacketsLost <= SpuriousLosses)
        {
            return false;
        }

        // All of them are in flight, each as large as the first.
        double loss = Congestion.PathLoss * (PacketsLost - SpuriousLosses) / PacketsLost;
        double datagrams = (double)BytesInFlight / (repeats + 1) / PathMtuSettings.BaseBytes;
        return datagrams * Math.Pow(loss, repeats + 1) >= RepairLossMin;
    }

    /// <summary>
    /// Asked for what goes out again on a guess (<see cref="IsRepairLikely"/>): a window beside the first for each time, behind
    /// which nothing follows.
    /// </summary>
    /// <param name="repeats">1 for what goes out the second time.</param>
    public bool CanSendRepair(Instant now, int sizeBytes, int repeats) =>
        BytesInFlight + sizeBytes <= Congestion.WindowBytes * (repeats + 1) && _pacing.IsOpen(now, sizeBytes);

    private void OfferOldestAgain<TSink>(TSink sink)
        where TSink : IFrameFateSink
    {
        int offered = 0;
        for (ulong number = Math.Max(_unsettledFrom, _ledger.Start); number < _ledger.End && offered < ProbesPerTimeout; number++)
        {
            ref SentPacket packet = ref _ledger[number];
            if (packet.State != SentPacketState.InFlight || !packet.IsAckEliciting || packet.SaysNothingOfLoad)
            {
                continue;
            }

            offered++;
            for (int i = 0; i < packet.FrameCount; i++)
            {
                sink.OnFrameLost(in _ledger.Frame(in packet, i));
            }
        }
    }
}
