namespace FastPath.Sockets.Linux;

/// <summary>
/// What the kernel does for a batch: split one buffer into datagrams, and join datagrams into one buffer.
/// </summary>
internal readonly record struct OffloadSupport(bool Segmentation, bool Coalescing)
{
    public static readonly OffloadSupport None = new(false, false);
    public static readonly OffloadSupport Full = new(true, true);
}
