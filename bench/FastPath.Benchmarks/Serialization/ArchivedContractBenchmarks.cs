using BenchmarkDotNet.Attributes;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Archived.Rkyv;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Benchmarks.Serialization;

/// <summary>
/// A contract of 1 MiB written into packets of a stream and read from them, in each form. MB/s are 1,049 divided by the
/// milliseconds.
/// </summary>
/// <remarks>Forms that are read as a whole are gathered first, into memory that is there already.</remarks>
[MinColumn]
public class ArchivedContractBenchmarks
{
    private readonly byte[] _bincode = ArchivedSamples.Drain(ArchivedSamples.Contract.StartSerialize());
    private readonly byte[] _flatBuffer = ArchivedSamples.Drain(FlatContractWriter.Start(ArchivedSamples.Contract));
    private readonly byte[] _rkyv = ArchivedSamples.Rkyv();
    private readonly byte[] _own =
        ArchivedSamples.Drain(new ArchivedContract(ArchivedSamples.Contract).StartSerialize());

    private readonly byte[] _piece = new byte[ArchivedSamples.PieceBytes];
    private readonly byte[] _gathered = new byte[ArchivedSamples.CodeBytes + 1_024];
    private readonly SilentSink _sink = new();

    [Benchmark]
    public long WriteBincode() => ArchivedSamples.WritePieces(ArchivedSamples.Contract.StartSerialize(), _piece);

    [Benchmark]
    public long WriteFlatBuffers() =>
        ArchivedSamples.WritePieces(FlatContractWriter.Start(ArchivedSamples.Contract), _piece);

    /// <summary>The whole buffer; its way into the packets would come on top.</summary>
    [Benchmark]
    public long WriteFlatBuffersByLibrary() => ArchivedSamples.WriteByLibrary();

    [Benchmark]
    public long WriteOwn() =>
        ArchivedSamples.WritePieces(new ArchivedContract(ArchivedSamples.Contract).StartSerialize(), _piece);

    [Benchmark]
    public long ParseBincode()
    {
        StreamingDeserializer parser = ContractContainer.StartDeserialize(_sink, totalLength: _bincode.Length);
        for (int at = 0; at < _bincode.Length; at += ArchivedSamples.PieceBytes)
        {
            parser.Push(_bincode.AsSpan(at, Math.Min(ArchivedSamples.PieceBytes, _bincode.Length - at)));
        }

        return parser.Status == DecodeStatus.Done ? parser.Position : Fail();
    }

    [Benchmark]
    public long ParseFlatBuffers()
    {
        ArchivedSamples.Gather(_flatBuffer, _gathered);
        return FlatContractView.TryRead(
            _gathered.AsMemory(0, _flatBuffer.Length), out ContractContainer? contract, out _)
            ? contract!.Code.Data.Length
            : Fail();
    }

    [Benchmark]
    public long ParseRkyv()
    {
        ArchivedSamples.Gather(_rkyv, _gathered);
        return RkyvContractView.TryRead(
            _gathered.AsMemory(0, _rkyv.Length), RkyvLayout.Declared, out ContractContainer? contract, out _)
            ? contract!.Code.Data.Length
            : Fail();
    }

    [Benchmark]
    public long ParseOwn()
    {
        var parser = new ArchivedContractParser(_sink, totalLength: _own.Length);
        for (int at = 0; at < _own.Length; at += ArchivedSamples.PieceBytes)
        {
            parser.Push(_own.AsSpan(at, Math.Min(ArchivedSamples.PieceBytes, _own.Length - at)));
        }

        return parser.Status == DecodeStatus.Done ? parser.Position : Fail();
    }

    /// <summary>The same bytes, gathered and nothing else.</summary>
    [Benchmark(Baseline = true)]
    public byte Gather()
    {
        ArchivedSamples.Gather(_bincode, _gathered);
        return _gathered[0];
    }

    private static long Fail() => throw new InvalidOperationException("The contract does not come back.");
}
