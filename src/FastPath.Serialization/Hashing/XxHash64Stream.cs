using K4os.Hash.xxHash;

namespace FastPath.Serialization.Hashing;

/// <summary>XXH64 of bytes that come in pieces.</summary>
internal sealed class XxHash64Stream
{
    private XXH64.State _state;

    public XxHash64Stream() => XXH64.Reset(ref _state);

    public void Update(ReadOnlySpan<byte> piece) => XXH64.Update(ref _state, piece);

    public ulong Finish() => XXH64.Digest(_state);
}
