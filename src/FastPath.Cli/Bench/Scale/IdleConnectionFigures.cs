namespace FastPath.Cli.Bench.Scale;

/// <summary>What one idle connection keeps, at one end, and what it took to open it.</summary>
/// <param name="Managed">Bytes of the managed heap.</param>
/// <param name="Native">Resident bytes outside of it.</param>
/// <param name="Handshake">From the first packet to the answer to the first ping, one handshake after the other.</param>
/// <param name="HandshakeBusy">Processor time of both ends, their waiting for each other included.</param>
internal readonly record struct IdleConnectionFigures(
    double Managed, double Native, TimeSpan Handshake, TimeSpan HandshakeBusy);
