using FastPath.Serialization.Contracts;

namespace FastPath.Stores;

/// <summary>Stores one contract as its bytes come. Disposing without a commit aborts and leaves nothing behind.</summary>
/// <remarks>
/// For one thread at a time. Code, parameters and state come in any order, each at most once and each whole before the next
/// begins. Code or parameters that never begin are empty; a state that never begins is absent. A declared length reserves
/// nothing, so it may come from a peer. After an exception of <see cref="Commit"/>, or one that is no
/// <see cref="InvalidOperationException"/> or <see cref="ArgumentException"/>, only Dispose is left.
/// </remarks>
public interface IContractWriter : IDisposable
{
    /// <summary>What the content will be verified against.</summary>
    ContractKey Key { get; }

    /// <exception cref="InvalidOperationException">Set before, or another section is under way.</exception>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    void SetParameters(ReadOnlySpan<byte> parameters);

    /// <param name="length">Bytes that will follow.</param>
    /// <exception cref="InvalidOperationException">Begun before, or another section is under way.</exception>
    void BeginCode(long length);

    /// <exception cref="ArgumentException">More bytes than were declared.</exception>
    /// <exception cref="InvalidOperationException">The code is not under way.</exception>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    void WriteCode(ReadOnlySpan<byte> bytes);

    /// <param name="length">Bytes that will follow; a state of 0 bytes is a state.</param>
    /// <exception cref="InvalidOperationException">Begun before, or another section is under way.</exception>
    void BeginState(long length);

    /// <exception cref="ArgumentException">More bytes than were declared.</exception>
    /// <exception cref="InvalidOperationException">The state is not under way.</exception>
    /// <exception cref="IOException">The disk is full, or cannot be written.</exception>
    void WriteState(ReadOnlySpan<byte> bytes);

    /// <summary>Says which version the state is; 0 when it is never said.</summary>
    /// <exception cref="InvalidOperationException">Committed, prepared or failed.</exception>
    void SetStateVersion(ulong version);

    /// <summary>
    /// Verifies everything and gives the state to be looked at before it is committed, or not: readable until the writer is
    /// disposed. Null when there is no state. Nothing can be written any more.
    /// </summary>
    /// <exception cref="ContractVerificationException">The content does not belong to the key.</exception>
    /// <exception cref="InvalidOperationException">A section is not complete.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    VersionedState? Prepare();

    /// <summary>Verifies and makes visible, at once and whole; what it returns from survives a loss of power.</summary>
    /// <exception cref="ContractVerificationException">The content does not belong to the key; nothing is visible.</exception>
    /// <exception cref="InvalidOperationException">A section is not complete; nothing is visible.</exception>
    /// <exception cref="IOException">
    /// The disk is full or failed. What was stored before is intact; the new version is visible only if the very last step
    /// failed, the one that makes it durable.
    /// </exception>
    void Commit();
}
