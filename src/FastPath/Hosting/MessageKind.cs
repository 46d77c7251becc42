namespace FastPath.Hosting;

/// <summary>What a message's sender waits for.</summary>
internal enum MessageKind
{
    /// <summary>The acknowledgement of the peer's transport.</summary>
    Message,

    /// <summary>The answer to its number.</summary>
    Request,

    /// <summary>Nothing: it answers a request.</summary>
    Answer,
}
