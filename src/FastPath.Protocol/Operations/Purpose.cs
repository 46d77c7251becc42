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

    GetRequest = 0x10,
    GetResponse = 0x11,
    GetFailed = 0x12,
    GetCancel = 0x13,
    GetProgress = 0x14,

    PutRequest = 0x20,
    PutResult = 0x21,

    /// <summary>A whole message of the network in bincode follows: all that an old node knows of contracts.</summary>
    NetMessage = 0x38,
}
