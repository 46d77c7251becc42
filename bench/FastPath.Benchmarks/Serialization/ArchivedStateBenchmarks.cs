using BenchmarkDotNet.Attributes;
using FastPath.Serialization.Archived;
using FastPath.Serialization.Archived.FlatBuffers;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Benchmarks.Serialization;

/// <summary>
/// A state of 1 MiB, as <see cref="ArchivedContractBenchmarks"/> has the contract, but by serializers that are set
/// back: what is written again allocates nothing.
/// </summary>
[MinColumn]
public class ArchivedStateBenchmarks
{
    private readonly byte[] _bincode = ArchivedSamples.Drain(ArchivedSamples.State.StartSerialize());
    private readonly byte[] _flatBuffer = ArchivedSamples.Drain(FlatState.Start(ArchivedSamples.State));
    private readonly byte[] _own = ArchivedSamples.Drain(Own().StartSerialize());
    private readonly StreamingSerializer _bincodeWriter = ArchivedSamples.State.StartSerialize();
    private readonly StreamingSerializer _flatBufferWriter = FlatState.Start(ArchivedSamples.State);
    private readonly StreamingSerializer _ownWriter = Own().StartSerialize();
    private readonly byte[] _piece = new byte[ArchivedSamples.PieceBytes];
    private readonly byte[] _gathered = new byte[ArchivedSamples.CodeBytes + 1_024];
    private readonly SilentSink _sink = new();

    [Benchmark]
    public long WriteBincode() => WriteAgain(_bincodeWriter);

    [Benchmark]
    public long WriteFlatBuffers() => WriteAgain(_flatBufferWriter);

    [Benchmark]
    public long WriteOwn() => WriteAgain(_ownWriter);

    [Benchmark]
    public long ParseBincode()
    {
        StreamingDeserializer parser = WrappedState.StartDeserialize(_sink, totalLength: _bincode.Length);
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
        return FlatState.TryRead(_gathered.AsMemory(0, _flatBuffer.Length), out WrappedState? state, out _)
            ? state!.Bytes.Length
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

    private long WriteAgain(StreamingSerializer serializer)
    {
        serializer.Position = 0;
        return ArchivedSamples.WritePieces(serializer, _piece);
    }

    private static ArchivedContract Own() => new(ArchivedSamples.Contract.Key, ArchivedSamples.State);

    private static long Fail() => throw new InvalidOperationException("The state does not come back.");
}
