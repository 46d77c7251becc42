using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace FastPath.Tests.Diagnostics;

/// <summary>The instruments of one node; those of other tests' nodes are told apart by their meter.</summary>
internal static class NodeMetrics
{
    public static Dictionary<string, long> Read(FastPathNode node) => Read(node, _ => true);

    /// <summary>Only those that count events, whatever state the node is in.</summary>
    public static Dictionary<string, long> ReadCounters(FastPathNode node) =>
        Read(node, instrument => instrument is ObservableCounter<long>);

    private static Dictionary<string, long> Read(FastPathNode node, Func<Instrument, bool> isWanted)
    {
        var values = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == node.Metrics.Meter && isWanted(instrument))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => values[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return new Dictionary<string, long>(values);
    }
}
