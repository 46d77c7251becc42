namespace FastPath.Cli;

/// <summary>Ends a command with a code and one line for people.</summary>
internal sealed class CommandException(ExitCode exitCode, string message) : Exception(message)
{
    public ExitCode ExitCode { get; } = exitCode;
}
