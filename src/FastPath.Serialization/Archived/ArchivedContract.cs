using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived;

/// <summary>
/// A contract, its state or both in FastPath's archived form (<see cref="ArchivedLayout"/>): written piece by piece,
/// read in place by <see cref="ArchivedContractView"/> or as it comes by <see cref="ArchivedContractParser"/>.
/// </summary>
internal sealed record ArchivedContract : IStreamingSerialize
{
    /// <summary>A contract, perhaps with its state.</summary>
    public ArchivedContract(ContractContainer contract, WrappedState? state = null)
    {
        ArgumentNullException.ThrowIfNull(contract);
        (Key, Contract, State) = (contract.Key, contract, state);
    }

    /// <summary>The state of a contract that the reader has or does not need.</summary>
    public ArchivedContract(ContractKey key, WrappedState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        (Key, State) = (key, state);
    }

    public ContractKey Key { get; }

    public ContractContainer? Contract { get; }

    public WrappedState? State { get; }

    /// <summary>Reads an archive that is there as a whole, and nothing behind it; bodies are slices of it.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> archive, out ArchivedContract? value, out ArchiveError error)
    {
        value = null;
        DecodeStatus status = ArchivedContractView.TryRead(
            archive.Span, out ArchivedContractView view, out error, archive.Length);
        if (status == DecodeStatus.NeedMoreData)
        {
            error = new ArchiveError(ArchiveErrorKind.Truncated, archive.Length);
        }

        if (status != DecodeStatus.Done)
        {
            return false;
        }

        WrappedState? state = view.Head.HasState ? new(ArchivedBodies.Body(archive, view.Head.State)) : null;
        value = view.Head.HasContract
            ? new(
                new ContractContainer(
                    new ContractCode(ArchivedBodies.Body(archive, view.Head.Code), view.CodeHash),
                    new Parameters(ArchivedBodies.Body(archive, view.Head.Parameters)),
                    view.Key),
                state)
            : new(view.Key, state!);
        return true;
    }

    /// <inheritdoc/>
    public StreamingSerializer StartSerialize()
    {
        var head = new ArchivedHead(
            (ushort)((Contract is null ? 0 : ArchivedLayout.ContractContent)
                | (State is null ? 0 : ArchivedLayout.StateContent)),
            Contract?.Parameters.Bytes.Length ?? 0,
            Contract?.Code.Data.Length ?? 0,
            State?.Bytes.Length ?? 0);
        var to = new BincodeWriter();
        head.Write(to.Reserve(ArchivedLayout.HeadLength), Key, Contract?.Code.Hash ?? default);
        WriteSection(to, Contract?.Parameters.Bytes);
        WriteSection(to, Contract?.Code.Data);
        WriteSection(to, State?.Bytes);
        return to.Finish();
    }

    private static void WriteSection(BincodeWriter to, IBody? section)
    {
        if (section is not null)
        {
            to.RawBody(section);
            to.Reserve(ArchivedLayout.PaddingOf(section.Length)).Clear();
        }
    }
}
