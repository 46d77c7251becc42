using System.Text.Json.Nodes;
using FastPath.Cli.Output;

namespace FastPath.Cli.Bench.Mission;

/// <summary>Every measure of success, and whether it is met.</summary>
internal sealed record MissionReport(JsonObject Document, IReadOnlyList<Goal> Goals)
{
    public void Print(bool json)
    {
        if (json)
        {
            JsonObject document = Document;
            document["met"] = Goals.All(goal => goal.IsMet);
            document["goals"] = new JsonArray([.. Goals.Select(goal => goal.ToJson())]);
            Console.WriteLine(document.ToJsonString());
            return;
        }

        var table = new FigureTable();
        foreach (Goal goal in Goals)
        {
            goal.AddTo(table);
        }

        table.Print();
    }

    /// <exception cref="CommandException">A goal is missed; it is named.</exception>
    public void ThrowIfMissed()
    {
        Goal[] missed = [.. Goals.Where(goal => !goal.IsMet)];
        if (missed.Length > 0)
        {
            throw new CommandException(
                ExitCode.Unexpected,
                $"{missed.Length} of {Goals.Count} goals are missed: {string.Join(", ", missed.Select(goal => goal.Id))}");
        }
    }
}
