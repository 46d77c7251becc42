namespace FastPath.LegacyNode;

/// <summary>A whole message as it comes in pieces.</summary>
internal sealed class OldIncoming
{
    public const long LengthMax = 64 * 1_024 * 1_024;

    private readonly List<(long Offset, byte[] Bytes)> _early = [];
    private byte[]? _payload;
    private bool[] _has = [];
    private long _count;

    public bool IsComplete => _payload is not null && _count == _payload.Length;

    public byte[] Payload => _payload!;

    /// <summary>The opening has come: from now on it is known how much there will be.</summary>
    public void Open(long length)
    {
        if (_payload is null)
        {
            _payload = new byte[length];
            _has = new bool[length];
            _early.ForEach(piece => Put(piece.Offset, piece.Bytes));
        }
    }

    public void Put(long offset, ReadOnlySpan<byte> bytes)
    {
        if (_payload is null)
        {
            _early.Add((offset, bytes.ToArray()));
            return;
        }

        for (int i = 0; i < bytes.Length && offset + i < _payload.Length; i++)
        {
            _count += _has[offset + i] ? 0 : 1;
            _has[offset + i] = true;
            _payload[offset + i] = bytes[i];
        }
    }
}
