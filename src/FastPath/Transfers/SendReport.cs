namespace FastPath.Transfers;

/// <summary>How the sending of a payload went.</summary>
/// <param name="TransferId">The same over all attempts, at both ends.</param>
/// <param name="Bytes">Of the payload.</param>
/// <param name="PayloadBytesSent">In FRAGMENT frames, retransmissions and all attempts included.</param>
/// <param name="WasHeld">The receiver had the payload already, at first or at last.</param>
/// <param name="ResumedFrom">The first byte that the receiver wanted at first.</param>
/// <param name="Retries">How often the transfer broke and was taken up again.</param>
public sealed record SendReport(
    UInt128 TransferId, long Bytes, long PayloadBytesSent, bool WasHeld, long ResumedFrom, int Retries);
