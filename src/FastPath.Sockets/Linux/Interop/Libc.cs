using System.Runtime.InteropServices;

namespace FastPath.Sockets.Linux.Interop;

/// <summary>
/// The system calls of the Linux engine under their native names; -1 is an error, found in the last P/Invoke error.
/// </summary>
/// <remarks>
/// Addresses are those of <see cref="PinnedVector{T}"/>, whose owner keeps it alive over the call. A handle passed as
/// such cannot be closed, nor its number be reused, while the call runs.
/// </remarks>
internal static partial class Libc
{
    private const string Library = "libc";

    [LibraryImport(Library, SetLastError = true)]
    public static partial int sendmmsg(SafeHandle sockfd, nint msgvec, uint vlen, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int recvmmsg(SafeHandle sockfd, nint msgvec, uint vlen, int flags, nint timeout);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int ppoll(nint fds, nuint nfds, nint timeout, nint sigmask);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int eventfd(uint initval, int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint read(SafeHandle fd, nint buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint write(SafeHandle fd, nint buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_ctl(SafeHandle epfd, int op, int fd, nint epollEvent);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int epoll_wait(SafeHandle epfd, nint events, int maxevents, int timeout);

    [LibraryImport(Library)]
    public static partial int sched_yield();
}
