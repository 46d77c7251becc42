namespace FastPath.Tests.Stores;

/// <summary>What the model test may do.</summary>
public enum StoreAction
{
    /// <summary>Stores a contract, perhaps over an older version.</summary>
    Put,

    /// <summary>Fills a writer and disposes it without a commit.</summary>
    Abort,

    /// <summary>Commits under a key that is not the content's.</summary>
    PutWrongContent,

    /// <summary>Begins a write that goes on beside what follows; the one before is committed.</summary>
    PutSlowly,

    /// <summary>Opens an entry and keeps it open beside what follows.</summary>
    Hold,

    /// <summary>Forgets a contract.</summary>
    Remove,

    /// <summary>Leaves the files of a writer that died, then opens the store again.</summary>
    CrashAndReopen,
}
