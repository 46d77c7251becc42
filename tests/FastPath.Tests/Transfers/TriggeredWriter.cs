using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Tests.Transfers;

/// <summary>A writer during which something happens once, when so many bytes of code have come.</summary>
internal sealed class TriggeredWriter(IContractWriter inner, long at, Action trigger) : IContractWriter
{
    private long _written;
    private bool _isDone;

    public ContractKey Key => inner.Key;

    public void SetParameters(ReadOnlySpan<byte> parameters) => inner.SetParameters(parameters);

    public void BeginCode(long length) => inner.BeginCode(length);

    public void WriteCode(ReadOnlySpan<byte> bytes)
    {
        _written += bytes.Length;
        if (_written >= at && !_isDone)
        {
            _isDone = true;
            trigger();
        }

        inner.WriteCode(bytes);
    }

    public void BeginState(long length) => inner.BeginState(length);

    public void WriteState(ReadOnlySpan<byte> bytes) => inner.WriteState(bytes);

    public void SetStateVersion(ulong version) => inner.SetStateVersion(version);

    public VersionedState? Prepare() => inner.Prepare();

    public void Commit() => inner.Commit();

    public void Dispose() => inner.Dispose();
}
