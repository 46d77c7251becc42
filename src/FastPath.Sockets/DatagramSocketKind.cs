namespace FastPath.Sockets;

/// <summary>Which engine moves the datagrams.</summary>
internal enum DatagramSocketKind
{
    /// <summary>The best one that passes its self-test.</summary>
    Auto,

    /// <summary>System calls in batches, with segmentation offload where the kernel has it.</summary>
    Linux,

    /// <summary>The framework's asynchronous sockets; runs everywhere.</summary>
    Saea,
}
