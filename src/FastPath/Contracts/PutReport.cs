using FastPath.Serialization.Contracts;

namespace FastPath.Contracts;

/// <summary>How a PUT went.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Bytes">Of the payload.</param>
/// <param name="PayloadBytesSent">In FRAGMENT frames, retransmissions and all attempts included.</param>
/// <param name="PayloadBytesSentAgain">Of these, retransmissions.</param>
/// <param name="Started">Stopwatch ticks when the stream was opened.</param>
/// <param name="Ended">Stopwatch ticks when the node said that it has stored the contract.</param>
/// <param name="WasHeld">The node had the contract already: no payload was sent.</param>
/// <param name="ResumedFrom">The first byte that the node wanted at first: it kept what an earlier call had sent.</param>
/// <param name="Retries">How often the transfer broke and was taken up again.</param>
public sealed record PutReport(
    ContractKey Key,
    long Bytes,
    long PayloadBytesSent,
    long PayloadBytesSentAgain,
    long Started,
    long Ended,
    bool WasHeld = false,
    long ResumedFrom = 0,
    int Retries = 0);
