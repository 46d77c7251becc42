using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Hashing;
using FastPath.Stores;

namespace FastPath.Tests.Stores;

/// <summary>A contract whose key belongs to its content, with ways to store it and to recognise it.</summary>
internal sealed record SampleContract(byte[] Code, byte[] Parameters, byte[]? State)
{
    public ContractKey Key { get; } = KeyOf(Code, Parameters);

    public ContractInstanceId Id => Key.Instance;

    public static SampleContract Create(int seed, int codeLength, int? stateLength = null, int parametersLength = 48)
    {
        var random = new Random(seed);
        byte[] code = new byte[codeLength];
        byte[] parameters = new byte[parametersLength];
        random.NextBytes(code);
        random.NextBytes(parameters);
        return new SampleContract(code, parameters, State: null).WithState(stateLength, seed);
    }

    public static ContractKey KeyOf(byte[] code, byte[] parameters)
    {
        byte[] codeHash = Blake3(code);
        return new ContractKey(ContractInstanceId.Read(Blake3([.. codeHash, .. parameters])), CodeHash.Read(codeHash));
    }

    public static byte[] Blake3(ReadOnlySpan<byte> bytes)
    {
        byte[] digest = new byte[Blake3Hasher.DigestBytes];
        Blake3Hasher.Hash(bytes, digest);
        return digest;
    }

    public static byte[] ReadAll(IBody body)
    {
        byte[] bytes = new byte[body.Length];
        body.Read(0, bytes);
        return bytes;
    }

    public SampleContract WithState(int? length, int seed)
    {
        byte[]? state = length is { } bytes ? new byte[bytes] : null;
        new Random(~seed).NextBytes(state ?? []);
        return this with { State = state };
    }

    /// <summary>The order of a PUT: code, parameters, state.</summary>
    public void Fill(IContractWriter writer, int pieceBytes = 1_130)
    {
        WriteCode(writer, pieceBytes);
        writer.SetParameters(Parameters);
        WriteState(writer, pieceBytes);
    }

    public void WriteCode(IContractWriter writer, int pieceBytes = 1_130)
    {
        writer.BeginCode(Code.Length);
        foreach (byte[] piece in Code.Chunk(pieceBytes))
        {
            writer.WriteCode(piece);
        }
    }

    public void WriteState(IContractWriter writer, int pieceBytes = 1_130)
    {
        if (State is null)
        {
            return;
        }

        writer.BeginState(State.Length);
        foreach (byte[] piece in State.Chunk(pieceBytes))
        {
            writer.WriteState(piece);
        }
    }

    public void StoreIn(IContractStore store)
    {
        using IContractWriter writer = store.BeginWrite(Key);
        Fill(writer);
        writer.Commit();
    }

    public bool IsIn(StoredContract entry) =>
        entry.Key == Key
        && entry.Parameters.Span.SequenceEqual(Parameters)
        && ReadAll(entry.Code).AsSpan().SequenceEqual(Code)
        && (entry.State is null) == (State is null)
        && (entry.State is null || ReadAll(entry.State).AsSpan().SequenceEqual(State));

    public void AssertIsIn(IContractStore store)
    {
        using StoredContract? entry = store.TryOpen(Id);
        Assert.NotNull(entry);
        Assert.True(IsIn(entry));
        entry.Verify();
    }
}
