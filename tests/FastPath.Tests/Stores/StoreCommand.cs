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

/// <summary>One step of the model test.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Contract">With which contract, 0 to 3.</param>
/// <param name="Version">With which state; 0 is none.</param>
public sealed record StoreCommand(StoreAction Action, int Contract, int Version);
