using FastPath.Protocol.Frames;

namespace FastPath.Fuzz.Oracles;

/// <summary>An accepted frame comes back from its own encoding, one in the shortest form byte by byte.</summary>
internal sealed class FrameOracle
{
    private readonly FrameRecoder _recoder = new();
    private readonly byte[] _first = new byte[Outcome.InputMax + 1];
    private readonly byte[] _second = new byte[Outcome.InputMax + 1];

    /// <summary>Reads the frame whose type lies at <paramref name="start"/> and was read.</summary>
    /// <returns>False when it is refused.</returns>
    public bool TryRead(FrameType type, ReadOnlySpan<byte> payload, int start, ref FrameReader reader)
    {
        int written = _recoder.Recode(type, ref reader, _first);
        if (written == FrameRecoder.Refused)
        {
            return false;
        }

        ReadOnlySpan<byte> consumed = payload[start..reader.Position];
        ReadOnlySpan<byte> encoded = _first.AsSpan(0, written);
        OracleException.Require(written <= consumed.Length, $"{type} is written longer than it was read");
        OracleException.Require(
            written < consumed.Length || encoded.SequenceEqual(consumed), $"{type} comes back as other bytes");

        var again = new FrameReader(encoded);
        OracleException.Require(again.TryReadType(out FrameType copied) && copied == type, "the type is lost");
        int copy = _recoder.Recode(type, ref again, _second);
        OracleException.Require(copy == written && again.IsAtEnd, $"{type} refuses its own encoding");
        OracleException.Require(
            _second.AsSpan(0, copy).SequenceEqual(encoded), $"{type} changes when written again");
        return true;
    }
}
