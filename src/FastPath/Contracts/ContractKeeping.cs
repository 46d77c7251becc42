using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;

namespace FastPath.Contracts;

/// <summary>A store as a reader of a stream: it keeps the contract that comes, or nothing.</summary>
internal static class ContractKeeping
{
    /// <exception cref="FastPathException">Corrupt, LocalResource, or why the stream ended early.</exception>
    public static async ValueTask RunAsync(
        StreamHandle handle, IContractStore store, ContractKey key, ContractForm form, CancellationToken cancellationToken)
    {
        using IContractWriter writer = store.BeginWrite(key);
        var intake = new ContractIntake(writer, form, isPut: false, handle, verify: true);
        await intake.RunAsync(handle, cancellationToken).ConfigureAwait(false);
    }
}
