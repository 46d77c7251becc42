using FastPath.Serialization.Contracts;

namespace FastPath.Contracts;

/// <summary>How a GET went.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Bytes">Of the payload; 0 when the node's own store had it.</param>
/// <param name="FirstByteAt">Stopwatch ticks at which the first payload byte could be read.</param>
/// <param name="Started">Stopwatch ticks at the call.</param>
/// <param name="Ended">Stopwatch ticks when everything was verified and stored.</param>
/// <param name="ResumedFrom">The first byte that this call asked for: what came before was there from an earlier one.</param>
/// <param name="Retries">How often the transfer broke and was taken up again.</param>
/// <param name="Restarts">Of these, how often another payload began at its first byte.</param>
public sealed record GetReport(
    ContractKey Key,
    long Bytes,
    long FirstByteAt,
    long Started,
    long Ended,
    long ResumedFrom = 0,
    int Retries = 0,
    long Restarts = 0);
