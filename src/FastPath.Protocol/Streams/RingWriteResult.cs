namespace FastPath.Protocol.Streams;

/// <summary>What became of bytes offered to a ring.</summary>
internal enum RingWriteResult
{
    /// <summary>At least one byte was new.</summary>
    Stored,

    /// <summary>Every byte was there already, or had been passed by all readers.</summary>
    Duplicate,

    /// <summary>Beyond what the window allows: nothing was stored.</summary>
    BeyondWindow,

    /// <summary>Beyond the final size: nothing was stored, and the stream is broken.</summary>
    BeyondFinalSize,

    /// <summary>More holes than a window can honestly have: the stream is broken (scenario M5).</summary>
    TooFragmented,

    /// <summary>A group is whole now and is not what was announced: the stream is broken.</summary>
    Corrupt,

    /// <summary>The pool's budget is used up, though the window was granted.</summary>
    PoolExhausted,
}
