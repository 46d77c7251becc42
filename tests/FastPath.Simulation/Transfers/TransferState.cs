using System.Globalization;
using System.Text;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Transfers;

/// <summary>Who waits for what: every stream of a transfer in words, for a seed that stalled.</summary>
internal static class TransferState
{
    public static string Describe(SimulatedChain chain, ISimulatedSource source)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"at {chain.World.Now}");
        Append(text, source.Stream);
        foreach (CutThroughRelay relay in chain.Relays)
        {
            Append(text, relay.Source);
            foreach (SendStream target in relay.Targets)
            {
                Append(text, target);
            }
        }

        foreach (SimulatedReader reader in chain.Readers)
        {
            Append(text, reader.Stream);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, SendStream stream) => text.Append(
        CultureInfo.InvariantCulture,
        $"\n    out: acknowledged {stream.AcknowledgedTo}, sent {stream.HighestSent}, credit {stream.Credit}, size {stream.FinalSize}, "
        + $"ended {stream.HasEnded}, progress {stream.LastProgressAt}, queued {stream.IsQueued}, {stream.Connection.State}, "
        + $"flight {stream.Connection.Recovery.BytesInFlight} of {stream.Connection.Recovery.Congestion.WindowBytes}, "
        + $"timer {stream.Connection.Recovery.NextDeadline}");

    private static void Append(StringBuilder text, ReceiveStream stream) => text.Append(
        CultureInfo.InvariantCulture,
        $"\n    in: frontier {stream.Ring.Frontier}, highest {stream.Ring.HighestEnd}, reclaimed {stream.Ring.ReclaimedTo}, "
        + $"granted {stream.Granted}, window {stream.Ring.Capacity}, size {stream.Ring.FinalSize}, ended {stream.HasEnded}, "
        + $"progress {stream.LastProgressAt}, {stream.Connection.State}");
}
