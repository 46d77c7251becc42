namespace FastPath.Simulation.Transfers;

/// <summary>Who is told how a transfer ended.</summary>
internal enum TransferRole
{
    Source,
    Relay,
    Sink,
}
