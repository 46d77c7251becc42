using FastPath.Serialization.Contracts;
using Microsoft.Extensions.Logging;

namespace FastPath.Diagnostics;

/// <summary>Every log message of a node. Each event id is used once.</summary>
internal static partial class FastPathLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening on {Address} with the {Engine} engine: {Reason}; receive buffer {ReceiveGranted} of {ReceiveRequested} bytes")]
    public static partial void Listening(
        this ILogger logger, string address, string engine, string reason, long receiveGranted, long receiveRequested);

    [LoggerMessage(2, LogLevel.Information, "Connected to {Peer} with {Cipher}: {Capabilities}")]
    public static partial void PeerConnected(this ILogger logger, string peer, string cipher, string capabilities);

    [LoggerMessage(3, LogLevel.Information, "Connection to {Peer} ended: {Reason}")]
    public static partial void PeerClosed(this ILogger logger, string peer, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Could not keep contract {Key} that passed through: {Reason}")]
    public static partial void CacheFailed(this ILogger logger, string key, string reason);

    [LoggerMessage(5, LogLevel.Error, "Stored contract {Key} cannot be used: {Reason}")]
    public static partial void StoreUnusable(this ILogger logger, string key, string reason);

    [LoggerMessage(6, LogLevel.Warning, "PUT of {Key} refused: {Reason}")]
    public static partial void PutRefused(this ILogger logger, string key, string reason);

    [LoggerMessage(7, LogLevel.Warning, "Answer {Transaction} was not served: {Reason}")]
    public static partial void ServeFailed(this ILogger logger, UInt128 transaction, string reason);

    [LoggerMessage(9, LogLevel.Debug, "Passing on {Key}, code {CodeHash}, as {Form}: {CodeBytes} bytes of code, {ParameterBytes} of parameters, {TotalBytes} in all (transaction {Transaction})")]
    public static partial void Relaying(
        this ILogger logger,
        UInt128 transaction,
        ContractKey key,
        CodeHash codeHash,
        ContractForm form,
        long codeBytes,
        long parameterBytes,
        long totalBytes);

    [LoggerMessage(10, LogLevel.Error, "The offer handler failed; the offer is declined")]
    public static partial void OfferHandlerFailed(this ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "The rule for passing streams on failed; the stream is delivered here")]
    public static partial void StreamRouteFailed(this ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Error, "The request handler failed")]
    public static partial void RequestHandlerFailed(this ILogger logger, Exception exception);

    [LoggerMessage(12, LogLevel.Warning, "An update of {Key} did not reach {Peer}, which follows it: {Reason}")]
    public static partial void NoticeFailed(this ILogger logger, string key, string peer, string reason);

    [LoggerMessage(13, LogLevel.Error, "{What}: the stream brought something else than the whole message: {SentBytes} bytes with digest {SentDigest:x16} were sent, {CameBytes} bytes with digest {CameDigest:x16} came; the first difference is at byte {From} or behind it")]
    public static partial void ShadowDiffers(
        this ILogger logger, string what, long sentBytes, ulong sentDigest, long cameBytes, ulong cameDigest, long from);

    [LoggerMessage(14, LogLevel.Warning, "{What}: the stream beside the whole message failed, which harms nothing: {Reason}")]
    public static partial void ShadowFailed(this ILogger logger, string what, string reason);

    [LoggerMessage(15, LogLevel.Debug, "{What}: {Bytes} bytes took {WholeMs} ms whole, {StreamedMs} ms streamed")]
    public static partial void ShadowCompared(this ILogger logger, string what, long bytes, double wholeMs, double streamedMs);

    [LoggerMessage(16, LogLevel.Warning, "The node has ended, but its store has not: something was read or kept there for {Seconds} more seconds")]
    public static partial void StoreStillInUse(this ILogger logger, double seconds);
}
