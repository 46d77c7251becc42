using System.Globalization;
using FastPath.Protocol.Congestion;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Flows;

/// <summary>Round trip x loss x rate x size: how long each transfer takes beside how long it may (scenario F8), as a table.</summary>
/// <remarks>Virtual time and fixed seeds: the same source writes the same table.</remarks>
internal sealed class GoodputGrid(TextWriter writer)
{
    private const int Seeds = 5;
    private static readonly double[] RoundTripsMs = [1, 20, 50, 137, 300];
    private static readonly double[] Losses = [0, 0.001, 0.01, 0.05];
    private static readonly int[] Sizes = [100_000, 1_000_000, 10_000_000];
    private static readonly long[] Megabits = [10, 100, 1_000];

    private int _within;
    private int _repaired;
    private int _failed;

    private string Summary => $"{_within} of {_within + _repaired + _failed} within the limit, {_repaired} within that of a repair, {_failed} beyond.";

    public static TransferCase CaseOf(CongestionAlgorithm algorithm, double roundTripMs, double loss, long megabits, int size) =>
        new(algorithm, Duration.FromMilliseconds(roundTripMs), loss, megabits * 125_000, size);

    /// <param name="settings">Null for streams so wide that only the controller holds a transfer back.</param>
    public void Write(CongestionAlgorithm algorithm, string title, EndpointSettings? settings = null)
    {
        (_within, _repaired, _failed) = (0, 0, 0);
        writer.WriteLine($"## {title}");
        writer.WriteLine();
        writer.WriteLine("| RTT, loss |" + string.Concat(
            Megabits.SelectMany(rate => Sizes.Select(size => Format($" {rate} Mbit/s, {size / 1e6:0.#} MB |")))));
        writer.WriteLine("| --- |" + string.Concat(Enumerable.Repeat(" ---: |", Megabits.Length * Sizes.Length)));
        foreach (double roundTripMs in RoundTripsMs)
        {
            foreach (double loss in Losses)
            {
                writer.Write(Format($"| {roundTripMs:0} ms, {loss * 100:0.#} % |"));
                foreach (TransferCase transfer in Megabits.SelectMany(
                    rate => Sizes.Select(size => CaseOf(algorithm, roundTripMs, loss, rate, size))))
                {
                    writer.Write(CellOf(transfer, settings));
                }

                writer.WriteLine();
                writer.Flush();
            }
        }

        writer.WriteLine();
        writer.WriteLine(Summary);
        writer.WriteLine();
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string CellOf(TransferCase transfer, EndpointSettings? settings)
    {
        double limit = PathBound.LimitOf(transfer).Seconds;
        double taken;
        try
        {
            taken = transfer.Median(Seeds, settings).Taken.Seconds;
        }
        catch (InvalidOperationException)
        {
            _failed++;
            return " **stalled** |";
        }

        if (taken <= limit)
        {
            _within++;
            return Format($" {taken:0.000} of {limit:0.000} |");
        }

        if (taken <= PathBound.RepairLimitOf(transfer).Seconds)
        {
            _repaired++;
            return Format($" *{taken:0.000} of {limit:0.000}* |");
        }

        _failed++;
        return Format($" **{taken:0.000} of {limit:0.000}** |");
    }
}
