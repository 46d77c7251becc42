namespace FastPath.Stores;

/// <summary>A stored contract is damaged on disk. Removing it, or storing it again, repairs the store.</summary>
public sealed class CorruptContractException : IOException
{
    internal CorruptContractException(string file, string what, long offset)
        : base($"{file}: corrupt at offset {offset}: {what}")
    {
        File = file;
        What = what;
        Offset = offset;
    }

    /// <summary>Path of the damaged file.</summary>
    public string File { get; }

    /// <summary>What is wrong.</summary>
    public string What { get; }

    /// <summary>Where in the file, in bytes: the field or the section that does not hold.</summary>
    public long Offset { get; }
}
