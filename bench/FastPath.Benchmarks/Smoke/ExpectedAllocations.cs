using System.Text.Json;

namespace FastPath.Benchmarks.Smoke;

/// <summary>Bytes an operation allocates, by class, then by method or <c>Method(Parameter=value)</c>.</summary>
/// <remarks>An entry with parameters wins over one without, which stands for every combination.</remarks>
internal sealed class ExpectedAllocations(IReadOnlyDictionary<string, Dictionary<string, long>> byClass)
{
    private readonly HashSet<(string Class, string Entry)> _used = [];

    /// <summary>Entries that <see cref="TryFind"/> never gave: their benchmark is gone or renamed.</summary>
    public IEnumerable<string> Unused => byClass
        .SelectMany(entries => entries.Value.Keys, (entries, entry) => (entries.Key, entry))
        .Except(_used)
        .Select(unused => $"{unused.Item1}.{unused.Item2}");

    /// <summary>Reads the file that lies beside the program.</summary>
    public static ExpectedAllocations Load()
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "expected-allocations.json"));
        return new(JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, long>>>(file)!);
    }

    public bool HasClass(string className) => byClass.ContainsKey(className);

    public bool TryFind(string className, string method, string parameters, out long bytes)
    {
        bytes = 0;
        if (!byClass.TryGetValue(className, out Dictionary<string, long>? entries))
        {
            return false;
        }

        foreach (string entry in new[] { method + parameters, method })
        {
            if (entries.TryGetValue(entry, out bytes))
            {
                _used.Add((className, entry));
                return true;
            }
        }

        return false;
    }
}
