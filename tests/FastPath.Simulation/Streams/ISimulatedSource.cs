using FastPath.Protocol.Streams;

namespace FastPath.Simulation.Streams;

/// <summary>An application that sends one payload, offered or not.</summary>
internal interface ISimulatedSource
{
    SendStream Stream { get; }

    /// <summary>Null until the stream has ended.</summary>
    StreamErrorCode? Ended { get; }

    int EndedTimes { get; }
}
