namespace FastPath.Protocol.Recovery;

/// <summary>Testing -> Capable, or from either to Failed for good.</summary>
internal enum EcnState : byte
{
    Testing,
    Capable,
    Failed,
}
