using FastPath.Protocol.Randomness;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Stores;

namespace FastPath.Cli.Demo;

/// <summary>A contract and its state, made from a seed: nine tenths code, one tenth state.</summary>
internal sealed class DemoContract
{
    private const int ParametersLength = 32;
    private const int BlockBytes = 64 * 1_024;

    private readonly byte[] _code;
    private readonly byte[] _state;

    public DemoContract(long size, ulong seed)
    {
        var random = new SeededRandom(seed);
        _state = new byte[size / 10];
        _code = new byte[size - _state.Length];
        random.Fill(_code);
        random.Fill(_state);
        byte[] parameters = new byte[ParametersLength];
        random.Fill(parameters);
        Container = ContractContainer.FromCode(new MemoryBody(_code), new MemoryBody(parameters));
    }

    public ContractContainer Container { get; }

    public ReadOnlyMemory<byte> State => _state;

    public void StoreIn(IContractStore store)
    {
        using IContractWriter writer = store.BeginWrite(Container.Key);
        byte[] parameters = new byte[Container.Parameters.Bytes.Length];
        Container.Parameters.Bytes.Read(0, parameters);
        writer.SetParameters(parameters);
        writer.BeginCode(_code.Length);
        writer.WriteCode(_code);
        writer.BeginState(_state.Length);
        writer.WriteState(_state);
        writer.Commit();
    }

    /// <summary>Whether a store holds exactly this, byte for byte.</summary>
    public bool IsStoredIn(IContractStore store)
    {
        using StoredContract? entry = store.TryOpen(Container.Key.Instance);
        return entry is { State: { } state } && IsEqual(entry.Code, _code) && IsEqual(state, _state);
    }

    private static bool IsEqual(IBody body, ReadOnlySpan<byte> expected)
    {
        if (body.Length != expected.Length)
        {
            return false;
        }

        byte[] block = new byte[BlockBytes];
        for (int offset = 0; offset < expected.Length; offset += block.Length)
        {
            Span<byte> part = block.AsSpan(0, Math.Min(block.Length, expected.Length - offset));
            body.Read(offset, part);
            if (!part.SequenceEqual(expected.Slice(offset, part.Length)))
            {
                return false;
            }
        }

        return true;
    }
}
