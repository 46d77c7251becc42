namespace FastPath.Buffers.Pooling;

/// <summary>Who may hold a block of the pool.</summary>
internal enum BufferHolder : byte
{
    None,
    SendRing,
    ReceiveRing,
    Assembly,
}
