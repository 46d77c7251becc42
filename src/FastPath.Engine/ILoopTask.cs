using FastPath.Protocol.Time;

namespace FastPath.Engine;

/// <summary>Work for the loop thread. An object that is posted again and again is posted without an allocation.</summary>
internal interface ILoopTask
{
    void Run(Instant now);
}
