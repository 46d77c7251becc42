namespace FastPath.Serialization.Hashing;

/// <summary>Hashes a payload of known length as it comes and keeps the values that prove its groups.</summary>
/// <remarks>Allocates nothing after construction. Not thread-safe.</remarks>
internal sealed class Blake3OutboardBuilder
{
    private const int ValueBytes = Blake3Constants.ValueBytes;
    private const int GroupBytes = Blake3GroupLayout.GroupBytes;

    private readonly Blake3Mode _mode;
    private readonly Memory<byte> _outboard;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(GroupBytes);
    private int _buffered;
    private long _groups;

    /// <param name="layout">Of the payload to come.</param>
    /// <param name="outboard">Filled; at least <see cref="Blake3GroupLayout.OutboardBytes"/>.</param>
    public Blake3OutboardBuilder(Blake3GroupLayout layout, Memory<byte> outboard)
        : this(layout, outboard, Blake3Widths.Best)
    {
    }

    internal Blake3OutboardBuilder(Blake3GroupLayout layout, Memory<byte> outboard, Blake3Width width)
    {
        if (outboard.Length < layout.OutboardBytes)
        {
            throw new ArgumentException(
                $"The values of {layout.GroupCount} groups need {layout.OutboardBytes} bytes, not {outboard.Length}.",
                nameof(outboard));
        }

        Layout = layout;
        _mode = Blake3Mode.Plain(width);
        _outboard = outboard[..(int)layout.OutboardBytes];
    }

    public Blake3GroupLayout Layout { get; }

    private Span<byte> NextValues => Level(0)[(int)(_groups * ValueBytes)..];

    private long BytesSoFar => (_groups * GroupBytes) + _buffered;

    /// <exception cref="ArgumentException">More bytes than the layout has.</exception>
    public void Update(ReadOnlySpan<byte> input)
    {
        if (input.Length > Layout.PayloadBytes - BytesSoFar)
        {
            throw new ArgumentException($"The payload has {Layout.PayloadBytes} bytes and no more.", nameof(input));
        }

        if (_buffered > 0 || Layout.GroupCount == 1)
        {
            int take = Math.Min(GroupBytes - _buffered, input.Length);
            input[..take].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += take;
            input = input[take..];
            if (_buffered < GroupBytes || Layout.GroupCount == 1)
            {
                return;
            }

            AddGroups(_buffer);
            _buffered = 0;
        }

        int whole = input.Length - (input.Length % GroupBytes);
        AddGroups(input[..whole]);
        input = input[whole..];
        input.CopyTo(_buffer);
        _buffered = input.Length;
    }

    /// <summary>Computes what stands above the groups and writes the digest: the plain BLAKE3 of the payload.</summary>
    /// <exception cref="InvalidOperationException">Bytes are missing.</exception>
    public Blake3Outboard Complete(Span<byte> digest)
    {
        if (BytesSoFar != Layout.PayloadBytes)
        {
            throw new InvalidOperationException($"{Layout.PayloadBytes - BytesSoFar} bytes of the payload are missing.");
        }

        ReadOnlySpan<byte> last = _buffer.AsSpan(0, _buffered);
        if (Layout.GroupCount == 1)
        {
            Blake3Groups.WriteValue(_mode, last, 0, isRoot: true, digest);
        }
        else
        {
            if (!last.IsEmpty)
            {
                Blake3Groups.WriteValue(_mode, last, _groups, isRoot: false, NextValues);
            }

            for (int level = 0; level < Layout.Levels - 1; level++)
            {
                Blake3Levels.Rise(_mode, Level(level), (int)Layout.CountAt(level), Level(level + 1));
            }

            Blake3Groups.WriteParent(_mode, Level(Layout.Levels - 1), isRoot: true, digest);
        }

        return new Blake3Outboard(Layout, _outboard);
    }

    private void AddGroups(ReadOnlySpan<byte> groups)
    {
        Blake3Groups.WriteValues(_mode, groups, _groups, NextValues);
        _groups += groups.Length / GroupBytes;
    }

    private Span<byte> Level(int level) =>
        _outboard.Span.Slice((int)Layout.OffsetOf(level), (int)Layout.CountAt(level) * ValueBytes);
}
