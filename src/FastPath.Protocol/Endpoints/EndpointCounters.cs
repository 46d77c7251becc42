namespace FastPath.Protocol.Endpoints;

/// <summary>Plain numbers written by the loop thread and read by anyone.</summary>
internal sealed class EndpointCounters
{
    public long DatagramsMalformed;
    public long DatagramsUnknownIndex;
    public long InitiationsReceived;
    public long InitiationsRepeated;
    public long InitiationsRefused;
    public long InitiationsDropped;
    public long HandshakesCompleted;
    public long HandshakesTimedOut;
    public long ResetsSent;
    public long ResetsReceived;
}
