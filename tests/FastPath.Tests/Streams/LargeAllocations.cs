using System.Diagnostics.Tracing;

namespace FastPath.Tests.Streams;

/// <summary>Hears of objects on the large object heap while it lives, as the runtime itself reports them.</summary>
internal sealed class LargeAllocations : EventListener
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords CollectorKeyword = (EventKeywords)1;
    private const int AllocationTick = 10;
    private const uint OnLargeHeap = 1;

    private readonly List<string> _seen = [];

    /// <summary>Type names of what was allocated there.</summary>
    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_seen)
            {
                return [.. _seen];
            }
        }
    }

    public Task WaitForAsync(string typeName) =>
        StreamReading.UntilAsync(() => Seen.Contains(typeName), $"no {typeName} was seen");

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == Runtime)
        {
            EnableEvents(eventSource, EventLevel.Verbose, CollectorKeyword);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId != AllocationTick || eventData.PayloadNames is not { } names)
        {
            return;
        }

        if (eventData.Payload![names.IndexOf("AllocationKind")] is OnLargeHeap)
        {
            lock (_seen)
            {
                _seen.Add((string)eventData.Payload[names.IndexOf("TypeName")]!);
            }
        }
    }
}
