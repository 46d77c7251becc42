namespace FastPath.Sockets.Linux.Interop;

/// <summary>Numbers of the Linux user interface, the same on x86-64 and on 64-bit Arm.</summary>
internal static class LibcConstants
{
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int EBADF = 9;
    public const int EAGAIN = 11;
    public const int EINVAL = 22;
    public const int EMSGSIZE = 90;
    public const int EOPNOTSUPP = 95;

    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;

    public const short POLLIN = 0x1;
    public const short POLLOUT = 0x4;

    public const int EFD_NONBLOCK = 0x800;
    public const int EFD_CLOEXEC = 0x80000;

    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EPOLL_CTL_ADD = 1;
    public const uint EPOLLIN = 0x1;

    public const ushort AF_INET = 2;
    public const ushort AF_INET6 = 10;

    public const int IPPROTO_IP = 0;
    public const int IP_TOS = 1;
    public const int IP_RECVTOS = 13;

    public const int IPPROTO_IPV6 = 41;
    public const int IPV6_RECVTCLASS = 66;
    public const int IPV6_TCLASS = 67;

    public const int SOL_UDP = 17;
    public const int UDP_SEGMENT = 103;
    public const int UDP_GRO = 104;
}
