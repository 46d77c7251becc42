using FastPath.Serialization.Archived;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Contracts;

/// <summary>One of the parsers that read a contract as it comes, chosen by the form it was announced in.</summary>
internal sealed class ContractReader
{
    private readonly StreamingDeserializer? _bincode;
    private readonly ArchivedContractParser? _archived;

    public ContractReader(IContractSink sink, ContractForm form, bool isPut, long? totalLength)
    {
        if (form == ContractForm.Archived)
        {
            _archived = new ArchivedContractParser(sink, totalLength: totalLength);
        }
        else
        {
            _bincode = isPut
                ? PutStreamingPayload.StartDeserialize(sink, totalLength: totalLength)
                : GetStreamingPayload.StartDeserialize(sink, totalLength: totalLength);
        }
    }

    /// <summary>What is wrong and at which byte; null while nothing is.</summary>
    public string? Error =>
        _bincode is { Status: DecodeStatus.Malformed } ? $"{_bincode.Error.Kind} at byte {_bincode.Error.Offset}"
        : _archived is { Status: DecodeStatus.Malformed } ? $"{_archived.Error.Kind} at byte {_archived.Error.Offset}"
        : null;

    public void Push(ReadOnlySpan<byte> bytes)
    {
        _bincode?.Push(bytes);
        _archived?.Push(bytes);
    }

    public void Finish()
    {
        _bincode?.Finish();
        _archived?.Finish();
    }
}
