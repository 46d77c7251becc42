namespace FastPath.Protocol.Recovery;

/// <summary>InFlight -> Acknowledged, or InFlight -> Lost -> Acknowledged (a spurious loss).</summary>
internal enum SentPacketState : byte
{
    InFlight,
    Acknowledged,
    Lost,
}
