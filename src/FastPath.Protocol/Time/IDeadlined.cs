namespace FastPath.Protocol.Time;

/// <summary>Has a moment at which it must be looked at.</summary>
internal interface IDeadlined
{
    /// <summary>Never for none.</summary>
    Instant NextDeadline { get; }

    /// <summary>Place in its <see cref="DeadlineHeap{T}"/>, which alone may set it; -1 for none.</summary>
    int TimerIndex { get; set; }
}
