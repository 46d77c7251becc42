using FastPath.Protocol.Recovery;

namespace FastPath.Protocol.Congestion;

/// <summary>Makes the controller that the settings name.</summary>
internal static class CongestionControllers
{
    /// <param name="datagramBytes">Longest datagram.</param>
    /// <param name="seed">Any number that differs between connections, so that they do not probe in step.</param>
    public static ICongestionController Create(RecoverySettings settings, int datagramBytes, ulong seed) =>
        settings.Congestion switch
        {
            CongestionAlgorithm.Cubic => new CubicController(datagramBytes, settings.InitialRtt),
            CongestionAlgorithm.Bbr => new BbrController(datagramBytes, settings.InitialRtt, seed),
            CongestionAlgorithm.Ledbat => new LedbatController(datagramBytes, settings.InitialRtt, settings.LedbatTarget),
            _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Congestion, "no such algorithm"),
        };
}
