using System.CommandLine;
using System.Globalization;

namespace FastPath.Cli.Parsing;

/// <summary>How many threads the receiving nodes of a benchmark have.</summary>
internal static class LoopsOption
{
    private const string Name = "--loops";
    private const string Own = "own";
    private const int ThreadsMax = 1_024;

    private static readonly Option<string> Loops = new(Name)
    {
        Description = "Threads that the receiving nodes share; own: one each; auto: own for as many nodes as cores, beyond that one for two cores",
        DefaultValueFactory = _ => "auto",
    };

    public static void AddTo(Command command) => command.Add(Loops);

    /// <returns>Threads that so many nodes share; null for one each.</returns>
    public static int? Read(ParseResult parse, int nodes)
    {
        string value = parse.GetValue(Loops)!;
        if (value == "auto")
        {
            return nodes > Environment.ProcessorCount ? Math.Max(1, Environment.ProcessorCount / 2) : null;
        }

        if (value == Own)
        {
            return null;
        }

        bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads);
        return isNumber && threads is >= 1 and <= ThreadsMax
            ? threads
            : throw new CommandException(ExitCode.Usage, $"{Name} '{value}': expected auto, own or threads, 1 to {ThreadsMax}");
    }

    /// <summary>What was read, for another process of this program.</summary>
    public static IReadOnlyList<string> ToArguments(int? loops) =>
        [Name, loops?.ToString(CultureInfo.InvariantCulture) ?? Own];
}
