using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Hashing;

namespace FastPath.Simulation.Streams;

/// <summary>A payload with its proofs: what the source of a verified stream has.</summary>
internal sealed class ProvenPayload
{
    private readonly byte[] _payload;
    private readonly Blake3Outboard _outboard;

    public ProvenPayload(byte[] payload)
    {
        _payload = payload;
        var layout = new Blake3GroupLayout(payload.Length);
        var builder = new Blake3OutboardBuilder(layout, new byte[layout.OutboardBytes]);
        builder.Update(payload);
        _outboard = builder.Complete(Digest);
    }

    public byte[] Digest { get; } = new byte[Blake3Hasher.DigestBytes];

    /// <param name="description">Its start offset is moved down to where a group begins.</param>
    public StreamDescription Describe(StreamDescription description) => description with
    {
        TotalLength = _payload.Length,
        Digest = Digest,
        StartOffset = VerifiedEncoding.RoundDown(_payload.Length, description.StartOffset),
        CarriesProofs = true,
    };

    /// <summary>The bytes of the stream at their positions; nothing lies below the start offset.</summary>
    public byte[] Encode(long startOffset)
    {
        var encoding = new VerifiedEncoding(_payload.Length, startOffset);
        byte[] bytes = new byte[encoding.FinalSize];
        new VerifiedBody(new MemoryBody(_payload), _outboard, encoding).Read(startOffset, bytes.AsSpan((int)startOffset));
        return bytes;
    }
}
