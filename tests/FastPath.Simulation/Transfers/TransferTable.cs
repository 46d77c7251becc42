using System.Globalization;
using System.Text;
using FastPath.Protocol.Streams;

namespace FastPath.Simulation.Transfers;

/// <summary>Results by kind of fault and number of hops.</summary>
internal sealed class TransferTable
{
    private readonly SortedDictionary<(FaultKind Kind, int Hops), List<TransferResult>> _rows = [];

    public void Add(TransferResult result)
    {
        (FaultKind, int) key = (result.Plan.Fault.Kind, result.Plan.Hops);
        if (!_rows.TryGetValue(key, out List<TransferResult>? row))
        {
            row = [];
            _rows.Add(key, row);
        }

        row.Add(result);
    }

    public string ToMarkdown(ulong first, int count, int failed)
    {
        var text = new StringBuilder();
        text.Append($"""
            # Simulated transfers

            `dotnet run -c Release --project tests/FastPath.Transfers -- --count {count} --seed {first} --table native-notes/transfers.md`
            wrote this table; `--replay SEED` runs one transfer again. Every seed decides size (0 to 4 MiB, log-uniform),
            hops, a model of each link (loss to 20 %, duplication, reordering, corruption, rate), the congestion controller and,
            for half of them, one fault. A transfer ends with identical bytes or with one code at every node that is
            left; the codes that a fault explains stand in `Explanations.cs`. {count} transfers, {failed} of them broke a rule.

            *Again* is the share of payload bytes that were sent more than once; times are virtual, from the opening
            to the last end. *Untold* counts transfers that ended with a process that was their only witness.

            | fault | hops | transfers | identical | failed, by code | again | p50 | p90 | p99 | longest |
            | --- | ---: | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: |

            """.ReplaceLineEndings("\n"));
        foreach (((FaultKind kind, int hops), List<TransferResult> row) in _rows)
        {
            double[] seconds = [.. row.Select(result => result.Time.Seconds).Order()];
            long sent = row.Sum(result => result.PayloadBytesSent);
            double again = sent == 0 ? 0 : (double)row.Sum(result => result.PayloadBytesSentAgain) / sent;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {Words(kind)} | {hops} | {row.Count} | {row.Count(result => result.IsIdentical)} | {Codes(row)} | {again * 100:0.0} % |");
            foreach (double part in (double[])[0.5, 0.9, 0.99, 1])
            {
                text.Append(CultureInfo.InvariantCulture, $" {seconds[(int)(part * (seconds.Length - 1))]:0.00} s |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Codes(List<TransferResult> row)
    {
        IEnumerable<string> codes = row
            .Where(result => !result.IsIdentical)
            .GroupBy(result => result.Failure)
            .OrderByDescending(group => group.Count())
            .Select(group => $"{(group.Key is { } code ? code : "Untold")} {group.Count()}");
        return string.Join(", ", codes);
    }

    private static string Words(FaultKind kind) => kind switch
    {
        FaultKind.None => "none",
        FaultKind.Crash => "crash",
        FaultKind.Restart => "crash and restart",
        FaultKind.Pause => "pause",
        FaultKind.ReaderCancels => "reader cancels",
        FaultKind.WriterCancels => "writer cancels",
        FaultKind.ReaderStalls => "reader stalls",
        FaultKind.WriterStalls => "writer stalls",
        FaultKind.PartitionHeals => "partition that heals",
        _ => "partition that lasts",
    };
}
