namespace FastPath.Tests.Legacy;

/// <summary>How much of streaming a node knows.</summary>
public enum PartyKind
{
    /// <summary>Wire version 0: whole messages.</summary>
    Old,

    /// <summary>Takes streams and sends whole messages: stage OptIn with nobody asking.</summary>
    ReceiveOnly,

    /// <summary>Stage On.</summary>
    Full,
}
