namespace FastPath.Protocol.Operations;

/// <summary>The first byte of every MESSAGE and of every stream's metadata: whom it is for.</summary>
internal enum Purpose : byte
{
    /// <summary>A message or stream of the application; what follows is its own.</summary>
    Application = 0x00,

    /// <summary>A message that wants an answer; a request number of 8 bytes follows.</summary>
    ApplicationRequest = 0x01,

    /// <summary>The answer; the request's number follows.</summary>
    ApplicationResponse = 0x02,

    /// <summary>There will be none: nobody answers there, or who does has failed; the request's number follows.</summary>
    ApplicationFailure = 0x03,

    GetRequest = 0x10,
    GetResponse = 0x11,
    GetFailed = 0x12,
    GetCancel = 0x13,
    GetProgress = 0x14,

    PutRequest = 0x20,
    PutResult = 0x21,

    /// <summary>The node that has a PUT or an update still works at it: nothing is done yet, and nothing promised.</summary>
    PutProgress = 0x22,

    UpdateRequest = 0x24,

    /// <summary>An update on its way to those who follow the key; nobody answers it.</summary>
    UpdateNotice = 0x25,

    Subscribe = 0x28,
    Unsubscribe = 0x29,

    /// <summary>A copy of a payload that took the other path; it ends in a digest wherever it comes.</summary>
    Shadow = 0x30,

    /// <summary>What such a copy was, as it came.</summary>
    ShadowDigest = 0x31,

    /// <summary>A whole message of the network in bincode follows: all that an old node knows of contracts.</summary>
    NetMessage = 0x38,
}
