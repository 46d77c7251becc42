using System.Diagnostics;

namespace FastPath.Cli.Bench.Limits;

/// <summary>Memory copied into warm memory, a packet at a time.</summary>
internal static class CopyLimit
{
    private const int BufferBytes = 4 * 1_024 * 1_024;
    private const long TotalBytes = 400_000_000;

    private static readonly byte[] Source = GC.AllocateArray<byte>(BufferBytes, pinned: true);
    private static readonly byte[] Target = GC.AllocateArray<byte>(BufferBytes, pinned: true);

    /// <returns>MB/s.</returns>
    public static double Measure(int partBytes)
    {
        int whole = BufferBytes / partBytes * partBytes;
        long copied = 0;
        long start = Stopwatch.GetTimestamp();
        for (; copied < TotalBytes; copied += whole)
        {
            for (int offset = 0; offset < whole; offset += partBytes)
            {
                Source.AsSpan(offset, partBytes).CopyTo(Target.AsSpan(offset));
            }
        }

        return copied / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
