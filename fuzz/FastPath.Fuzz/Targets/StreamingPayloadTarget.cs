using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;
using FastPath.Serialization.Operations;

namespace FastPath.Fuzz.Targets;

/// <summary>
/// The push parser of streamed PUTs and GETs, cut where the input says, against the reader of the whole.
/// Layout: which of them (low bit), the cuts, the payload.
/// </summary>
internal sealed class StreamingPayloadTarget : IFuzzTarget
{
    private static readonly DecodeLimits Loose = BincodeForm.NoLimits;
    private static readonly DecodeLimits Strict = Loose with { RejectTrailingBytes = true };

    public string Name => "streaming-payload";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds
    {
        get
        {
            foreach (var vector in GoldenVectors.Read("operations.json"))
            {
                string name = GoldenVectors.Text(vector, "name");
                if (name.Contains("streaming_payload", StringComparison.Ordinal))
                {
                    byte kind = name.StartsWith("put", StringComparison.Ordinal) ? (byte)0 : (byte)1;
                    byte[] payload = GoldenVectors.Hex(vector, "hex");
                    yield return (name, [kind, 0, .. payload]);
                    yield return ($"{name}_in_bytes", [kind, 1, 0, .. payload]);
                    yield return ($"{name}_cut", [kind, 4, 6, 60, 0, 2, .. payload[..^1]]);
                }
            }
        }
    }

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input, Outcome.ValueMax);
        if (input.IsEmpty)
        {
            return Outcome.Of(-1);
        }

        bool isPut = (input[0] & 1) == 0;
        input = input[1..];
        InputCuts cuts = InputCuts.Take(ref input);
        byte[] bytes = input.ToArray();
        (BincodeError error, int consumed, ContractContainer? contract, WrappedState? state) = Read(isPut, bytes);

        (StreamingDeserializer whole, ContractTranscript heard) = Push(isPut, bytes, default, Loose, true);
        Require(whole, error, consumed);
        (StreamingDeserializer known, ContractTranscript cut) = Push(isPut, bytes, cuts, Loose, true);
        Require(known, error, consumed);
        (StreamingDeserializer unknown, ContractTranscript open) = Push(isPut, bytes, cuts, Loose, false);
        Require(unknown, error, consumed);
        (StreamingDeserializer strict, _) = Push(isPut, bytes, cuts, Strict, true);
        bool isTrailed = !error.IsError && consumed < bytes.Length;
        Require(strict, isTrailed ? new BincodeError(BincodeErrorKind.TrailingBytes, consumed) : error, consumed);
        heard.RequireSame(cut);
        if (!error.IsError)
        {
            heard.RequireSame(open);
            heard.RequireBodies(contract, state);
        }

        return Outcome.Of(
            isPut ? 0 : 1, (int)error.Kind, Math.Min(error.Offset, 512), Math.Min(heard.Length, 256));
    }

    private static (BincodeError Error, int Consumed, ContractContainer? Contract, WrappedState? State) Read(
        bool isPut, byte[] bytes)
    {
        if (isPut)
        {
            BincodeReader.TryRead<PutStreamingPayload>(
                bytes, out PutStreamingPayload? put, out int length, out BincodeError putError);
            return (putError, length, put?.Contract, put?.Value);
        }

        BincodeReader.TryRead<GetStreamingPayload>(
            bytes, out GetStreamingPayload? get, out int consumed, out BincodeError error);
        return (error, consumed, get?.Value.Contract, get?.Value.State);
    }

    private static (StreamingDeserializer Parser, ContractTranscript Heard) Push(
        bool isPut, ReadOnlySpan<byte> bytes, InputCuts cuts, DecodeLimits limits, bool isLengthKnown)
    {
        var heard = new ContractTranscript();
        long? total = isLengthKnown ? bytes.Length : null;
        StreamingDeserializer parser = isPut
            ? PutStreamingPayload.StartDeserialize(heard, limits, total)
            : GetStreamingPayload.StartDeserialize(heard, limits, total);
        for (int piece = 0; !bytes.IsEmpty; piece++)
        {
            int length = cuts.LengthOf(piece, bytes.Length);
            DecodeStatus status = parser.Push(bytes[..length]);
            OracleException.Require(status == parser.Status, "two statuses");
            bytes = bytes[length..];
        }

        parser.Finish();
        return (parser, heard);
    }

    private static void Require(StreamingDeserializer parser, BincodeError error, int consumed)
    {
        OracleException.Require(parser.Status != DecodeStatus.NeedMoreData, "finished, and yet more is wanted");
        OracleException.Require(parser.Error == error, $"whole: {error}; pushed: {parser.Error}");
        OracleException.Require((parser.Status == DecodeStatus.Malformed) == error.IsError, "error and status differ");
        OracleException.Require(error.IsError || parser.Position == consumed, "the ends differ");
    }
}
