namespace FastPath.Protocol.Congestion;

/// <summary>Greatest delivery rate of this probing cycle and of the last one.</summary>
/// <remarks>Cycles, not time, make it forget: however long the application pauses, the estimate waits for it.</remarks>
internal struct BandwidthFilter
{
    private long _current;
    private long _last;

    public readonly long BytesPerSecond => Math.Max(_current, _last);

    /// <summary>An app-limited sample is a lower bound: it may raise the estimate and says nothing else.</summary>
    public void Add(long bytesPerSecond, bool isAppLimited)
    {
        if (!isAppLimited || bytesPerSecond >= BytesPerSecond)
        {
            _current = Math.Max(_current, bytesPerSecond);
        }
    }

    /// <summary>A new cycle begins. One without any sample is no cycle.</summary>
    public void Advance()
    {
        if (_current == 0)
        {
            return;
        }

        _last = _current;
        _current = 0;
    }
}
