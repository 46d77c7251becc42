namespace FastPath.Simulation.Network;

/// <summary>Bursts that end after so many datagrams, however long those take: a slow direction suffers longer.</summary>
/// <param name="Share">Of all datagrams, lost on average.</param>
/// <param name="MeanDatagrams">Of a burst; any length up to twice that is as likely.</param>
internal sealed record PacketBurstLoss(double Share, double MeanDatagrams);
