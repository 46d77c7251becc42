namespace FastPath;

/// <summary>The one exception of the façade; <see cref="Error"/> says which kind of failure it is.</summary>
public sealed class FastPathException(
    FastPathError error, string message, Exception? inner = null, TransferFailure? transfer = null)
    : Exception(message, inner)
{
    /// <summary>Which kind of failure it is.</summary>
    public FastPathError Error { get; } = error;

    /// <summary>How far a transfer had come, when it is one that failed.</summary>
    public TransferFailure? Transfer { get; } = transfer;

    /// <summary>The same, saying what it happened to; itself when it says so already.</summary>
    internal FastPathException About(string what) =>
        Message.Contains(what, StringComparison.Ordinal) ? this : new FastPathException(Error, $"{what}: {Message}", this, Transfer);
}
