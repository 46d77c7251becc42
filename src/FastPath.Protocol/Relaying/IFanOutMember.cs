using FastPath.Protocol.Time;

namespace FastPath.Protocol.Relaying;

/// <summary>One of several that take the same bytes from one ring.</summary>
internal interface IFanOutMember
{
    /// <summary>It still takes bytes.</summary>
    bool IsLive { get; }

    /// <summary>Every byte below was taken: acknowledged by the next hop, or read here.</summary>
    long Position { get; }

    /// <summary>Ends this one, so that the others go on.</summary>
    void DropTooSlow(Instant now);
}
