namespace FastPath.Cli;

/// <summary>Exit codes that scripts depend on.</summary>
internal enum ExitCode
{
    Done = 0,
    Unexpected = 1,
    Usage = 2,
    Unreachable = 3,
    NotFound = 4,
    CorruptData = 5,
    TransferFailed = 6,
    LocalResource = 7,
    Interrupted = 130,
}
