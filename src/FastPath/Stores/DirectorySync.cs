using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FastPath.Stores;

/// <summary>Makes the names in a directory durable: without it, a rename can be undone by a loss of power.</summary>
/// <remarks>
/// The framework refuses to open a directory as a file, so the descriptor comes from <c>open(2)</c>; the framework's own
/// handle then owns it, flushes it and reports errors. Only that one call is native. It is a plain <c>DllImport</c> with
/// arguments that need no conversion, because a generated one needs unsafe code, which this project does not have. Windows
/// has no such call: NTFS journals renames.
/// </remarks>
internal static class DirectorySync
{
    private const int ReadOnly = 0;
    private const int CloseOnExecLinux = 0x8_0000;
    private const int CloseOnExecApple = 0x100_0000;
    private const int Interrupted = 4;

    /// <exception cref="IOException">The directory is gone or cannot be flushed.</exception>
    public static void Sync(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using SafeFileHandle handle = Open(directory);
        RandomAccess.FlushToDisk(handle);
    }

    private static SafeFileHandle Open(string directory)
    {
        byte[] path = Encoding.UTF8.GetBytes(directory + '\0');
        int closeOnExec = OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? CloseOnExecLinux
            : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() ? CloseOnExecApple
            : 0;
        int descriptor;
        int error;
        do
        {
            descriptor = open(path, ReadOnly | closeOnExec);
            error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
        while (error == Interrupted);

        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"{directory}: cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte[] pathname, int flags);
}
