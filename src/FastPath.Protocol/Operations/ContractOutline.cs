using FastPath.Serialization.Contracts;

namespace FastPath.Protocol.Operations;

/// <summary>What is known of a contract before any of its body has come. A claim of the sender until the content is verified.</summary>
/// <param name="Key">Instance and code hash.</param>
/// <param name="Form">Layout of the payload.</param>
/// <param name="CodeLength">Bytes.</param>
/// <param name="ParametersLength">Bytes.</param>
/// <param name="StateLength">Bytes; null when no state is sent.</param>
internal readonly record struct ContractOutline(
    ContractKey Key, ContractForm Form, long CodeLength, long ParametersLength, long? StateLength);
