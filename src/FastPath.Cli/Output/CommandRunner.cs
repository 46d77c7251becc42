using System.CommandLine;

namespace FastPath.Cli.Output;

/// <summary>Runs the body of a command and turns what it throws into one line on stderr and an exit code.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(
        ParseResult parse, Func<CancellationToken, Task> body, CancellationToken cancellationToken)
    {
        try
        {
            await body(cancellationToken).ConfigureAwait(false);
            return (int)ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (Exception e) when (!parse.GetValue(GlobalOptions.Verbose))
        {
            await Console.Error.WriteLineAsync($"fastpath: {e.Message}").ConfigureAwait(false);
            return (int)CodeOf(e);
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync($"fastpath: {e}").ConfigureAwait(false);
            return (int)CodeOf(e);
        }
    }

    private static ExitCode CodeOf(FastPathError error) => error switch
    {
        FastPathError.LocalResource => ExitCode.LocalResource,
        FastPathError.Unreachable or FastPathError.Refused => ExitCode.Unreachable,
        FastPathError.NotFound => ExitCode.NotFound,
        FastPathError.Corrupt => ExitCode.CorruptData,
        _ => ExitCode.TransferFailed,
    };

    private static ExitCode CodeOf(Exception e) => e switch
    {
        CommandException command => command.ExitCode,
        FastPathException fastPath => CodeOf(fastPath.Error),
        InvalidDataException => ExitCode.CorruptData,
        IOException or UnauthorizedAccessException => ExitCode.LocalResource,
        _ => ExitCode.Unexpected,
    };
}
