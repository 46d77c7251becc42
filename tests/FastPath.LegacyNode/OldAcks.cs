namespace FastPath.LegacyNode;

/// <summary>Numbers of packets that have come, as ranges, newest first; and the frame that tells of them.</summary>
internal sealed class OldAcks
{
    private const int RangesMax = 32;

    private readonly List<(long Low, long High)> _ranges = [];

    public bool IsOwed { get; set; }

    public void Add(long number)
    {
        int at = _ranges.FindIndex(range => range.Low <= number + 1);
        if (at < 0)
        {
            _ranges.Add((number, number));
        }
        else if (_ranges[at].High >= number - 1)
        {
            _ranges[at] = (Math.Min(_ranges[at].Low, number), Math.Max(_ranges[at].High, number));
            if (at > 0 && _ranges[at - 1].Low <= _ranges[at].High + 1)
            {
                _ranges[at - 1] = (_ranges[at].Low, _ranges[at - 1].High);
                _ranges.RemoveAt(at);
            }
        }
        else
        {
            _ranges.Insert(at, (number, number));
        }
    }

    public byte[] ToFrame()
    {
        var ranges = _ranges.Take(RangesMax).ToList();
        OldWriter writer = new OldWriter()
            .Byte(0x02).Int(ranges[0].High).Int(0).Int(ranges.Count - 1).Int(ranges[0].High - ranges[0].Low);
        for (int i = 1; i < ranges.Count; i++)
        {
            writer.Int(ranges[i - 1].Low - ranges[i].High - 2).Int(ranges[i].High - ranges[i].Low);
        }

        return writer.ToArray();
    }

    /// <summary>Reads such a frame, its type left out.</summary>
    public static List<(long Low, long High)> Read(ref OldReader reader)
    {
        long high = reader.Int();
        reader.Int();
        long more = reader.Int();
        long low = high - reader.Int();
        List<(long Low, long High)> ranges = [(low, high)];
        for (; more > 0 && !reader.HasFailed; more--)
        {
            high = low - reader.Int() - 2;
            low = high - reader.Int();
            ranges.Add((low, high));
        }

        return ranges;
    }
}
