using System.Diagnostics;

namespace FastPath.Simulation.Transfers;

/// <summary>Runs the transfers of consecutive seeds, prints the seeds of those that failed, and writes the table.</summary>
/// <param name="Table">Null to write none.</param>
internal sealed record TransferCommand(ulong First, int Count, int Workers, string? Table)
{
    private const int ReportEvery = 10_000;

    public static TransferCommand? Parse(string[] args)
    {
        var command = new TransferCommand(1, 0, 1, null);
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            string value = args[i + 1];
            TransferCommand? next = args[i] switch
            {
                "--count" when int.TryParse(value, out int count) => command with { Count = count },
                "--seed" when ulong.TryParse(value, out ulong seed) => command with { First = seed },
                "--replay" when ulong.TryParse(value, out ulong seed) => command with { First = seed, Count = 1 },
                "--workers" when int.TryParse(value, out int workers) && workers > 0 => command with { Workers = workers },
                "--table" => command with { Table = value },
                _ => null,
            };
            if (next is null)
            {
                return null;
            }

            command = next;
        }

        return command.Count > 0 && args.Length % 2 == 0 ? command : null;
    }

    /// <returns>0 when every transfer ended as it must.</returns>
    public int Run(TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        var table = new TransferTable();
        int done = 0;
        int failed = 0;
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = Workers }, i =>
        {
            TransferResult result = RunOne(First + (ulong)i);
            lock (table)
            {
                table.Add(result);
                failed += result.Violations.Count > 0 ? 1 : 0;
                done++;
                Report(output, result, done, clock.Elapsed);
            }
        });
        output.WriteLine($"{Count} transfers from seed {First}: {failed} failed, {clock.Elapsed.TotalSeconds:0.0} s");
        if (Table is not null)
        {
            File.WriteAllText(Table, table.ToMarkdown(First, Count, failed));
        }

        return failed == 0 ? 0 : 1;
    }

    private static TransferResult RunOne(ulong seed)
    {
        var plan = TransferPlan.Of(seed);
        try
        {
            return TransferRun.Run(plan);
        }
        catch (Exception e)
        {
            return new TransferResult(plan) { Violations = [e.ToString()] };
        }
    }

    private void Report(TextWriter output, TransferResult result, int done, TimeSpan elapsed)
    {
        if (result.Violations.Count > 0 || Count == 1)
        {
            output.WriteLine(
                $"{result.Plan}: {(result.IsIdentical ? "identical" : $"{result.Failure}")} after {result.Time}"
                + string.Concat(result.Violations.Select(violation => $"\n  {violation}")));
        }

        if (done % ReportEvery == 0)
        {
            output.WriteLine($"{done} done after {elapsed.TotalSeconds:0} s");
        }
    }
}
