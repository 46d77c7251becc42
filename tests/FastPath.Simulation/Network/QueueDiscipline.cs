namespace FastPath.Simulation.Network;

/// <summary>Which datagrams a queue drops.</summary>
internal enum QueueDiscipline
{
    /// <summary>Those that find it full.</summary>
    DropTail,

    /// <summary>Also those that leave it while the delay stays above 5 ms (RFC 8289).</summary>
    CoDel,
}
