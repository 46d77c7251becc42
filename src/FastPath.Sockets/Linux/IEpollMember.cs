using System.Runtime.InteropServices;

namespace FastPath.Sockets.Linux;

/// <summary>A socket that many others are waited for with.</summary>
internal interface IEpollMember
{
    SafeHandle Handle { get; }

    /// <summary>Something has come; said again at each wait until it is received. On the waiting thread.</summary>
    void OnReadable();
}
