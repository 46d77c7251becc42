using FastPath.Protocol.Streams;

namespace FastPath.Protocol.Relaying;

/// <summary>Told how a relayed stream ends, on the loop thread.</summary>
internal interface IRelayOwner
{
    /// <summary>The source failed before its first byte was passed on: another source may be tried.</summary>
    void OnSourceFailedUnused(CutThroughRelay relay, StreamErrorCode code);

    /// <summary>Exactly once: every target has ended. None when all of them took every byte.</summary>
    void OnRelayEnded(CutThroughRelay relay, StreamErrorCode code);
}
