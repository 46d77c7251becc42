namespace FastPath.Options;

/// <summary>Which datagram engine a node uses.</summary>
public enum FastPathEngine
{
    /// <summary>The best that this machine runs, found by trying.</summary>
    Auto,

    /// <summary>Batches of system calls with segmentation offload, on Linux.</summary>
    Linux,

    /// <summary>SocketAsyncEventArgs: runs everywhere.</summary>
    Saea,
}
