using FastPath.Serialization.Contracts;

namespace FastPath.Contracts;

/// <summary>How a PUT went.</summary>
/// <param name="Key">The full key.</param>
/// <param name="Bytes">Of the payload.</param>
/// <param name="PayloadBytesSent">In FRAGMENT frames, retransmissions included.</param>
/// <param name="PayloadBytesSentAgain">Of these, retransmissions.</param>
/// <param name="Started">Stopwatch ticks when the stream was opened.</param>
/// <param name="Ended">Stopwatch ticks when the node said that it has stored the contract.</param>
public sealed record PutReport(
    ContractKey Key, long Bytes, long PayloadBytesSent, long PayloadBytesSentAgain, long Started, long Ended);
