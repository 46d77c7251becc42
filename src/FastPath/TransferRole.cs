namespace FastPath;

/// <summary>What a node is to a transfer.</summary>
public enum TransferRole
{
    /// <summary>The bytes come from here.</summary>
    Source,

    /// <summary>The bytes pass through here.</summary>
    Relay,

    /// <summary>The bytes end here.</summary>
    Sink,
}
