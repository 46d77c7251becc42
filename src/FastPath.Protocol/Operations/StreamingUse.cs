namespace FastPath.Protocol.Operations;

/// <summary>When long payloads of operations are streamed rather than sent whole.</summary>
internal enum StreamingUse
{
    Never,

    /// <summary>When the operation or the peer was opted in.</summary>
    OnRequest,

    Always,
}
