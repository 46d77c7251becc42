using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;

namespace FastPath.Fuzz.Oracles;

/// <summary>Writes down what a parser of contracts says, as bytes that do not show where pieces met.</summary>
internal sealed class ContractTranscript : IContractSink
{
    private readonly List<byte> _bytes = [];
    private readonly List<byte> _code = [];
    private readonly List<byte> _parameters = [];
    private readonly List<byte> _state = [];

    public int Length => _bytes.Count;

    public void OnContractInstance(ContractInstanceId instance) => Add(1, instance.Write, ContractInstanceId.Length);

    public void OnContractKey(ContractKey key) => Add(2, key.Write, ContractKey.Length);

    public void OnCodeStart(long length) => Add(3, length);

    public void OnCode(ReadOnlySpan<byte> piece) => Add(_code, piece);

    public void OnCodeHash(CodeHash hash) => Add(4, hash.Write, CodeHash.Length);

    public void OnParametersStart(long length) => Add(5, length);

    public void OnParameters(ReadOnlySpan<byte> piece) => Add(_parameters, piece);

    public void OnContainerKey(ContractKey key) => Add(6, key.Write, ContractKey.Length);

    public void OnRelatedCount(long count) => Add(7, count);

    public void OnRelated(ContractInstanceId contract) => Add(8, contract.Write, ContractInstanceId.Length);

    public void OnRelatedStateStart(long length) => Add(9, length);

    public void OnRelatedState(ReadOnlySpan<byte> piece) => Add([], piece);

    public void OnStateStart(long length) => Add(10, length);

    public void OnState(ReadOnlySpan<byte> piece) => Add(_state, piece);

    public void RequireSame(ContractTranscript other) =>
        OracleException.Require(_bytes.SequenceEqual(other._bytes), "the cuts change what the sink hears");

    /// <summary>The bodies must be those that the reader of the whole found; null is an absent one.</summary>
    public void RequireBodies(ContractContainer? contract, WrappedState? state)
    {
        RequireBody(_code, contract?.Code.Data);
        RequireBody(_parameters, contract?.Parameters.Bytes);
        RequireBody(_state, state?.Bytes);
    }

    private static void RequireBody(List<byte> heard, IBody? body)
    {
        byte[] expected = new byte[body?.Length ?? 0];
        body?.Read(0, expected);
        OracleException.Require(heard.SequenceEqual(expected), "the sink hears another body than the value has");
    }

    private void Add(byte tag, Action<Span<byte>> write, int length)
    {
        byte[] bytes = new byte[length];
        write(bytes);
        _bytes.Add(tag);
        _bytes.AddRange(bytes);
    }

    private void Add(byte tag, long number)
    {
        OracleException.Require(number >= 0, "a length is negative");
        _bytes.Add(tag);
        _bytes.AddRange(BitConverter.GetBytes(number));
    }

    private void Add(List<byte> body, ReadOnlySpan<byte> piece)
    {
        OracleException.Require(!piece.IsEmpty, "an empty piece");
        body.AddRange(piece);
        _bytes.AddRange(piece);
    }
}
