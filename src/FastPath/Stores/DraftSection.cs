using FastPath.Serialization.Hashing;

namespace FastPath.Stores;

/// <summary>One section while it is written: not begun, then under way, then complete with its digest.</summary>
internal sealed class DraftSection(string name)
{
    private long _offset;
    private long _length;

    public string Name { get; } = name;

    public bool IsBegun { get; private set; }

    /// <summary>Bytes still to come.</summary>
    public long Remaining { get; private set; }

    public BodySection Section => new(_offset, _length);

    /// <summary>BLAKE3 of what was hashed for the section; meaningful once complete.</summary>
    public byte[] Digest { get; } = new byte[Blake3Hasher.DigestBytes];

    public void Begin(long offset, long length)
    {
        IsBegun = true;
        _offset = offset;
        _length = length;
        Remaining = length;
    }

    public void Advance(int bytes) => Remaining -= bytes;
}
