namespace FastPath.Streams;

/// <summary>Which new bytes a reader must hear of at once, and which may wait a little for more.</summary>
/// <remarks>
/// A reader that was told of few bytes last time hears of the next ones at once: it may be waiting for just them. One that was
/// told of many is moving a blob, and waking it for every batch would cost more than its reading does.
/// </remarks>
internal sealed class ReadCadence
{
    private const long ManyBytes = 16 * 1_024;
    private const long StepBytes = 256 * 1_024;
    private const int StepFraction = 4;

    private long _bytes;
    private long _toldBytes;
    private bool _wasToldOfMany;

    /// <summary>Something waits to be told, though the count may be what it was: bytes can become readable without new ones.</summary>
    public bool OwesWord { get; private set; }

    /// <param name="bytes">All that have come.</param>
    /// <param name="windowBytes">More than a part of it never waits: the window would close.</param>
    /// <returns>False when the word may wait.</returns>
    public bool MustTell(long bytes, long windowBytes)
    {
        _bytes = bytes;
        OwesWord = true;
        return !_wasToldOfMany || bytes - _toldBytes >= Math.Min(StepBytes, windowBytes / StepFraction);
    }

    public void OnTold()
    {
        _wasToldOfMany = _bytes - _toldBytes >= ManyBytes;
        _toldBytes = _bytes;
        OwesWord = false;
    }
}
