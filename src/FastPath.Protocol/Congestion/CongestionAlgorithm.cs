namespace FastPath.Protocol.Congestion;

/// <summary>Which controller a connection uses (decision D9).</summary>
internal enum CongestionAlgorithm
{
    /// <summary>Loss-based, as most of the Internet is.</summary>
    Cubic,

    /// <summary>Sends at the rate that a model of the path allows; random loss does not slow it down.</summary>
    Bbr,

    /// <summary>Background traffic: yields to everything else.</summary>
    Ledbat,
}
