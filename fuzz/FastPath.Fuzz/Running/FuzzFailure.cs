namespace FastPath.Fuzz.Running;

/// <summary>An input that did not end in a typed result.</summary>
internal sealed record FuzzFailure(byte[] Input, string Reason);
