using Spectre.Console;

namespace FastPath.Cli.Output;

/// <summary>A live bar while a node receives, on a terminal; nothing elsewhere.</summary>
internal static class ProgressLine
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Shows the bytes that the node has received until the work ends. Does not throw what the work throws.</summary>
    public static async Task ShowAsync(bool json, string name, FastPathNode node, long total, Task work)
    {
        if (json || Console.IsOutputRedirected || total <= 0)
        {
            return;
        }

        long before = node.Core.Endpoint.StreamCounters.PayloadBytesReceived;
        await AnsiConsole.Progress().AutoClear(true).StartAsync(async context =>
        {
            ProgressTask bar = context.AddTask(name, maxValue: total);
            while (await Task.WhenAny(work, Task.Delay(Interval)).ConfigureAwait(false) != work)
            {
                bar.Value = node.Core.Endpoint.StreamCounters.PayloadBytesReceived - before;
            }
        }).ConfigureAwait(false);
    }
}
