using BenchmarkDotNet.Attributes;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Benchmarks.Serialization;

/// <summary>From bytes to the key of a contract of 1 MiB, with as many bytes as each form needs for it.</summary>
[MinColumn]
public class ArchivedKeyBenchmarks
{
    private readonly byte[] _bincode = ArchivedSamples.Drain(ArchivedSamples.Contract.StartSerialize());
    private readonly byte[] _announcement = ArchivedSamples.Drain(new NetMessage.Put(new PutMsg.RequestStreaming(
        default, 1, ArchivedSamples.Contract.Key, ArchivedSamples.CodeBytes, 10, SkipList.Empty, false))
        .StartSerialize());

    private readonly byte[] _flatBuffer = ArchivedSamples.Drain(FlatContractWriter.Start(ArchivedSamples.Contract));
    private readonly byte[] _rkyv = ArchivedSamples.Rkyv();
    private readonly byte[] _own =
        ArchivedSamples.Drain(new ArchivedContract(ArchivedSamples.Contract).StartSerialize());

    /// <summary>The whole container must be there.</summary>
    [Benchmark]
    public bool BincodeContainer() =>
        BincodeReader.TryRead<ContractContainer>(_bincode, out ContractContainer? contract, out _, out _)
        && Check(contract.Key);

    /// <summary>The message in front of the stream: 140 bytes.</summary>
    [Benchmark]
    public bool BincodeAnnouncement() =>
        BincodeReader.TryRead<NetMessage>(_announcement, out NetMessage? message, out _, out _)
        && Check(((PutMsg.RequestStreaming)((NetMessage.Put)message).Message).ContractKey);

    /// <summary>The first 212 bytes.</summary>
    [Benchmark]
    public bool FlatBuffers()
    {
        var view = new FlatContractView(_flatBuffer.AsSpan(0, 212), _flatBuffer.Length);
        view.Read(ArchivedField.KeyInstance, out ReadOnlySpan<byte> instance, out _);
        view.Read(ArchivedField.KeyCode, out ReadOnlySpan<byte> code, out _);
        return Check(new ContractKey(ContractInstanceId.Read(instance), CodeHash.Read(code)));
    }

    /// <summary>The last 120 bytes.</summary>
    [Benchmark]
    public bool Rkyv()
    {
        int start = _rkyv.Length - RkyvLayout.Declared.RootLength;
        var view = new RkyvContractView(_rkyv.AsSpan(start), start, _rkyv.Length, RkyvLayout.Declared);
        view.Read(ArchivedField.KeyInstance, out ReadOnlySpan<byte> instance, out _);
        view.Read(ArchivedField.KeyCode, out ReadOnlySpan<byte> code, out _);
        return Check(new ContractKey(ContractInstanceId.Read(instance), CodeHash.Read(code)));
    }

    /// <summary>The first 128 bytes.</summary>
    [Benchmark(Baseline = true)]
    public bool Own() =>
        ArchivedContractView.TryRead(_own.AsSpan(0, ArchivedLayout.HeadLength), out ArchivedContractView view, out _)
            == DecodeStatus.Done
        && Check(view.Key);

    private static bool Check(ContractKey key) =>
        key == ArchivedSamples.Contract.Key ? true : throw new InvalidOperationException("Another key is read.");
}
