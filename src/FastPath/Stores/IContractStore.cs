using FastPath.Serialization.Contracts;

namespace FastPath.Stores;

/// <summary>Keeps contracts by key: code, parameters and perhaps a state. Nothing is visible that was not verified whole.</summary>
/// <remarks>
/// Safe for use by many threads. Writing a key again replaces what was stored under it, all at once; an entry that is open
/// keeps the version it was opened with. Entries and writers that are open may be finished after the store was disposed.
/// </remarks>
public interface IContractStore : IDisposable
{
    /// <summary>Opens the newest version, or gives null when there is none. The caller disposes the entry.</summary>
    /// <exception cref="CorruptContractException">What is stored under this id is damaged; it is never given as found.</exception>
    /// <exception cref="IOException">The store cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be read.</exception>
    StoredContract? TryOpen(ContractInstanceId id);

    /// <summary>Begins to store; nothing is visible before <see cref="IContractWriter.Commit"/>.</summary>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    IContractWriter BeginWrite(ContractKey key);

    /// <summary>Forgets a contract, also a corrupt one; false when there was none.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The store may not be written.</exception>
    bool Remove(ContractInstanceId id);

    /// <summary>
    /// The stored contracts in no order, corrupt ones included. What is committed or removed meanwhile may or may not appear.
    /// </summary>
    IEnumerable<ContractInstanceId> Enumerate();

    /// <summary>Counts by walking the whole store: for a report, not for each request.</summary>
    ContractStoreUsage MeasureUsage();
}
