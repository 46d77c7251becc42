using System.CommandLine;
using FastPath.Cli.Commands.Benches;

namespace FastPath.Cli.Commands;

/// <summary><c>fastpath bench NAME</c>: one measurement.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure one thing, beside what the machine allows")
    {
        ThroughputCommand.Create(),
        LatencyCommand.Create(),
        RelayCommand.Create(),
        SmallCommand.Create(),
        ReassemblyCommand.Create(),
        SerializeCommand.Create(),
        ScaleCommand.Create(),
        MissionCommand.Create(),
        ReceiverCommand.Create(),
    };
}
