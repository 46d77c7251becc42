namespace FastPath;

/// <summary>What is known of a transfer that failed; both ends share its id.</summary>
/// <param name="TransferId">Names the transfer at both ends and at every relay.</param>
/// <param name="IsSender">This side sent.</param>
/// <param name="BytesDone">Sender: acknowledged by the next hop without a gap. Receiver: arrived without a gap.</param>
/// <param name="BytesTotal">Null when it was never announced.</param>
public sealed record TransferFailure(UInt128 TransferId, bool IsSender, long BytesDone, long? BytesTotal);
