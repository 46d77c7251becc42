using FastPath.Serialization.Bincode;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;
using FastPath.Serialization.Tests.Contracts;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Bincode;

public sealed class StreamingDeserializerTests
{
    [Property]
    public void Any_cut_of_a_put_payload_is_heard_the_same(
        byte[] code, byte[] parameters, byte[][] related, byte[] state, byte[] cuts)
    {
        PutStreamingPayload value = Samples.Put(code, parameters, related, state);
        byte[] whole = Samples.AllAtOnce(value);
        var sink = new RecordingSink();
        StreamingDeserializer parser = PutStreamingPayload.StartDeserialize(sink, totalLength: whole.Length);
        foreach (ReadOnlyMemory<byte> piece in Samples.Cut(whole, cuts))
        {
            Assert.Equal(DecodeStatus.NeedMoreData, parser.Status);
            parser.Push(piece.Span);
        }

        Assert.Equal(DecodeStatus.Done, parser.Finish());
        Assert.Equal(whole.Length, parser.Position);
        Assert.Equal(
            [.. HeardOf(value.Contract), .. HeardOf(value.Related), .. HeardOf("state", state)], sink.Heard);
    }

    [Property]
    public void Any_cut_of_a_get_payload_is_heard_the_same(
        byte[] code, byte[] parameters, byte[] state, byte parts, byte[] cuts)
    {
        GetStreamingPayload value = Samples.Get(code, parameters, state, parts);
        byte[] whole = Samples.AllAtOnce(value);
        var sink = new RecordingSink();
        StreamingDeserializer parser = GetStreamingPayload.StartDeserialize(sink);
        foreach (ReadOnlyMemory<byte> piece in Samples.Cut(whole, cuts))
        {
            parser.Push(piece.Span);
        }

        Assert.Equal(DecodeStatus.Done, parser.Status);
        Assert.Equal(
            [
                $"instance {value.Key}",
                $"outer key {value.Key.Instance} {value.Key.Code}",
                .. value.Value.State is null ? [] : HeardOf("state", state),
                .. value.Value.Contract is null ? [] : HeardOf(value.Value.Contract),
            ],
            sink.Heard);
    }

    [Fact]
    public void A_length_behind_the_announced_end_is_refused_at_the_length()
    {
        byte[] whole = Samples.AllAtOnce(Samples.Contract([1, 2, 3], []));
        StreamingDeserializer parser = ContractContainer.StartDeserialize(new RecordingSink(), totalLength: 18);
        Assert.Equal(DecodeStatus.Malformed, parser.Push(whole.AsSpan(0, 16)));
        Assert.Equal(new BincodeError(BincodeErrorKind.UnexpectedEnd, 8), parser.Error);
    }

    [Fact]
    public void A_length_above_the_limit_is_refused_at_the_length()
    {
        byte[] whole = Samples.AllAtOnce(Samples.Contract([], new byte[65_537]));
        StreamingDeserializer parser = ContractContainer.StartDeserialize(new RecordingSink());
        Assert.Equal(DecodeStatus.Malformed, parser.Push(whole));
        Assert.Equal(new BincodeError(BincodeErrorKind.LimitExceeded, 48), parser.Error);
        Assert.Equal(56, parser.Position);
    }

    [Fact]
    public void Bytes_behind_the_value_are_left_alone_or_refused_as_wished()
    {
        byte[] bytes = [.. Samples.AllAtOnce(new StoreResponse(null, null)), 7];
        StreamingDeserializer tolerant = StoreResponse.StartDeserialize(new RecordingSink());
        Assert.Equal(DecodeStatus.Done, tolerant.Push(bytes));
        Assert.Equal(2, tolerant.Position);

        DecodeLimits strict = new() { RejectTrailingBytes = true };
        Assert.Equal(DecodeStatus.Malformed, StoreResponse.StartDeserialize(new RecordingSink(), strict).Push(bytes));
        StreamingDeserializer announced = StoreResponse.StartDeserialize(new RecordingSink(), strict, bytes.Length);
        Assert.Equal(DecodeStatus.Malformed, announced.Push(bytes.AsSpan(0, 2)));
        Assert.Equal(new BincodeError(BincodeErrorKind.TrailingBytes, 2), announced.Error);
    }

    [Fact]
    public void Parsing_allocates_nothing_after_the_start()
    {
        byte[] whole = Samples.AllAtOnce(Samples.Put(new byte[100_000], [1], [[1], [2]], new byte[50_000]));
        PutStreamingPayload.StartDeserialize(new CountingSink()).Push(whole);
        var sink = new CountingSink();
        StreamingDeserializer parser = PutStreamingPayload.StartDeserialize(sink);
        parser.Push(whole.AsSpan(0, 1_000));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int at = 1_000; at < whole.Length; at += 1_130)
        {
            parser.Push(whole.AsSpan(at, Math.Min(1_130, whole.Length - at)));
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Equal(DecodeStatus.Done, parser.Status);
        Assert.Equal(150_000, sink.Bytes);
    }

    private static IEnumerable<string> HeardOf(ContractContainer contract) =>
    [
        .. HeardOf("code", Content(contract.Code.Data)),
        $"code hash {contract.Code.Hash}",
        .. HeardOf("parameters", Content(contract.Parameters.Bytes)),
        $"key {contract.Key.Instance} {contract.Key.Code}",
    ];

    private static IEnumerable<string> HeardOf(RelatedContracts related) =>
    [
        $"related {related.Entries.Count}",
        .. related.Entries.SelectMany(entry => (string[])
        [
            $"related contract {entry.Contract}",
            .. entry.State is null ? [] : HeardOf("related state", Content(entry.State.Bytes)),
        ]),
    ];

    private static IEnumerable<string> HeardOf(string body, byte[] bytes) =>
    [
        $"{body} length {bytes.Length}",
        .. bytes.Length == 0 ? (string[])[] : [$"{body} {Convert.ToHexStringLower(bytes)}"],
    ];

    private static byte[] Content(IBody body)
    {
        byte[] bytes = new byte[body.Length];
        body.Read(0, bytes);
        return bytes;
    }

    private sealed class CountingSink : IContractSink
    {
        public long Bytes { get; private set; }

        public void OnCode(ReadOnlySpan<byte> piece) => Bytes += piece.Length;

        public void OnState(ReadOnlySpan<byte> piece) => Bytes += piece.Length;
    }
}
