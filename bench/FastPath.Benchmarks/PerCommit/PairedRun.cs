using System.Diagnostics;
using System.Text.Json.Nodes;

namespace FastPath.Benchmarks.PerCommit;

/// <summary>The suite of two commits in turn, so that a slow phase of the machine falls on both.</summary>
/// <param name="pairs">Of each measurement.</param>
/// <param name="budget">When it is used up, one pair of each measurement has to do.</param>
internal sealed class PairedRun(CommandLine previous, CommandLine current, int pairs, TimeSpan budget, TextWriter output)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly JsonObject _documents = [];
    private readonly List<Comparison> _comparisons = [];

    public IReadOnlyList<Comparison> Comparisons => _comparisons;

    public void Execute(IEnumerable<CommitMeasurement> suite)
    {
        foreach (CommitMeasurement measurement in suite)
        {
            var before = new List<JsonObject>();
            var now = new List<JsonObject>();
            for (int pair = 0; pair < pairs && (pair == 0 || Stopwatch.GetElapsedTime(_start) < budget); pair++)
            {
                // Who goes first changes: the second one may find the machine warmer.
                bool isPreviousFirst = pair % 2 == 0;
                JsonObject? first = (isPreviousFirst ? previous : current).Run(measurement);
                JsonObject? second = (isPreviousFirst ? current : previous).Run(measurement);
                if ((isPreviousFirst ? second : first) is not { } ofCurrent)
                {
                    throw new InvalidOperationException($"{current.Commit} does not know bench {measurement.Name}");
                }

                now.Add(ofCurrent);
                if ((isPreviousFirst ? first : second) is not { } ofPrevious)
                {
                    output.WriteLine($"{measurement.Name}: {previous.Commit} does not know it; nothing to compare with");
                    break;
                }

                before.Add(ofPrevious);
            }

            _documents[measurement.Name] = new JsonObject
            {
                ["current"] = new JsonArray([.. now]),
                ["previous"] = new JsonArray([.. before]),
            };
            Compare(measurement, before, now);
        }
    }

    /// <summary>Everything that was measured, under the commit's name.</summary>
    public JsonObject ToJson()
    {
        var ratios = new JsonObject();
        foreach (Comparison comparison in _comparisons)
        {
            ratios[comparison.Name] = double.IsFinite(comparison.Ratio) ? comparison.Ratio : null;
        }

        return new JsonObject
        {
            ["commit"] = current.Commit,
            ["previous"] = previous.Commit,
            ["pairs"] = pairs,
            ["ratios"] = ratios,
            ["measurements"] = _documents.DeepClone(),
        };
    }

    private static double? Read(JsonObject document, string path)
    {
        JsonNode? node = document;
        foreach (string part in path.Split('.'))
        {
            node = node?[part];
        }

        return node?.GetValue<double>();
    }

    private static double? Read(JsonObject document, Figure figure)
    {
        double? value = Read(document, figure.Path);
        return figure.PerGigabyteOf is { } bytes ? value / (Read(document, bytes) / 1e9) : value;
    }

    private void Compare(CommitMeasurement measurement, List<JsonObject> before, List<JsonObject> now)
    {
        if (before.Count < now.Count)
        {
            return;
        }

        foreach (Figure figure in measurement.Figures)
        {
            double?[] previousValues = [.. before.Select(document => Read(document, figure))];
            double?[] currentValues = [.. now.Select(document => Read(document, figure))];
            if (previousValues.Contains(null))
            {
                output.WriteLine($"{measurement.Name}.{figure.Name}: {previous.Commit} does not measure it; nothing to compare with");
                continue;
            }

            if (currentValues.Contains(null))
            {
                throw new InvalidOperationException($"{current.Commit} no longer measures {measurement.Name}.{figure.Name}");
            }

            _comparisons.Add(new Comparison(
                measurement.Name, figure, [.. previousValues.Select(value => value!.Value)], [.. currentValues.Select(value => value!.Value)]));
        }
    }
}
