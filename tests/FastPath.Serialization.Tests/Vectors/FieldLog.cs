using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Tests.Vectors;

/// <summary>Where in the input each field stood, and after how many bytes it was heard.</summary>
internal sealed class FieldLog : IFieldSink
{
    private readonly List<Entry> _entries = [];

    public StreamingDeserializer? Parser { get; set; }

    public IReadOnlyList<Entry> Entries => _entries;

    private long Position => Parser!.Position;

    /// <summary>Parses what the serializer writes, in fragments of odd length.</summary>
    public static FieldLog Of(Step[] steps, StreamingSerializer serializer)
    {
        var log = new FieldLog();
        var parser = new StreamingDeserializer(steps, log, DecodeLimits.Default, serializer.Length);
        log.Parser = parser;
        byte[] fragment = new byte[1_130];
        for (int length; (length = serializer.Read(fragment)) > 0;)
        {
            parser.Push(fragment.AsSpan(0, length));
        }

        Assert.Equal(DecodeStatus.Done, parser.Status);
        return log;
    }

    public void OnField(Field field, ReadOnlySpan<byte> value) =>
        _entries.Add(new Entry(field, false, Position - value.Length, value.Length, Position));

    public void OnLength(Field field, long length) =>
        _entries.Add(new Entry(field, true, Position - sizeof(ulong), sizeof(ulong), Position));

    public void OnBytes(Field field, ReadOnlySpan<byte> piece)
    {
        Entry last = _entries[^1];
        if (last.Field == field && !last.IsLength)
        {
            _entries[^1] = last with { Length = last.Length + piece.Length, HeardAt = Position };
            return;
        }

        _entries.Add(new Entry(field, false, Position - piece.Length, piece.Length, Position));
    }

    /// <param name="Field">Its name.</param>
    /// <param name="IsLength">A length or count, not what it counts.</param>
    /// <param name="Offset">First byte.</param>
    /// <param name="Length">Bytes.</param>
    /// <param name="HeardAt">Bytes the parser had taken when the last of it was heard.</param>
    internal readonly record struct Entry(Field Field, bool IsLength, long Offset, long Length, long HeardAt);
}
