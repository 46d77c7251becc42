namespace FastPath.Options;

/// <summary>Which congestion controller a node sends with.</summary>
public enum FastPathCongestion
{
    /// <summary>Loss-based, as most of the Internet is.</summary>
    Cubic,

    /// <summary>Sends at the rate that a model of the path allows; random loss does not slow it down.</summary>
    Bbr,

    /// <summary>Background traffic: yields to everything else.</summary>
    Ledbat,
}
