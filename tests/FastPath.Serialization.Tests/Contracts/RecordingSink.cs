using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Tests.Contracts;

/// <summary>
/// Writes down what it hears, with the pieces of a body joined, so that runs over different splits compare equal.
/// </summary>
internal sealed class RecordingSink : IContractSink
{
    private readonly List<string> _heard = [];
    private string _body = "";

    public IReadOnlyList<string> Heard => _heard;

    public void OnContractInstance(ContractInstanceId instance) => Note($"instance {instance}");

    public void OnContractKey(ContractKey key) => Note($"outer key {key.Instance} {key.Code}");

    public void OnCodeStart(long length) => Note($"code length {length}");

    public void OnCode(ReadOnlySpan<byte> piece) => Join("code", piece);

    public void OnCodeHash(CodeHash hash) => Note($"code hash {hash}");

    public void OnParametersStart(long length) => Note($"parameters length {length}");

    public void OnParameters(ReadOnlySpan<byte> piece) => Join("parameters", piece);

    public void OnContainerKey(ContractKey key) => Note($"key {key.Instance} {key.Code}");

    public void OnRelatedCount(long count) => Note($"related {count}");

    public void OnRelated(ContractInstanceId contract) => Note($"related contract {contract}");

    public void OnRelatedStateStart(long length) => Note($"related state length {length}");

    public void OnRelatedState(ReadOnlySpan<byte> piece) => Join("related state", piece);

    public void OnStateStart(long length) => Note($"state length {length}");

    public void OnState(ReadOnlySpan<byte> piece) => Join("state", piece);

    private void Note(string what)
    {
        _heard.Add(what);
        _body = "";
    }

    private void Join(string body, ReadOnlySpan<byte> piece)
    {
        Assert.False(piece.IsEmpty);
        if (_body != body)
        {
            _heard.Add(body + " ");
            _body = body;
        }

        _heard[^1] += Convert.ToHexStringLower(piece);
    }
}
