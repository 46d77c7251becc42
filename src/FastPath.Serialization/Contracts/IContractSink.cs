namespace FastPath.Serialization.Contracts;

/// <summary>
/// Hears of a contract, its state and what belongs to them while the bytes arrive, in wire order, each field as soon as
/// its last byte is there. Every method has an empty body: implement what you need.
/// </summary>
/// <remarks>
/// What is absent is not mentioned. Spans live only during the call and are never empty. Hashes and keys are claims
/// of the sender.
/// </remarks>
public interface IContractSink
{
    /// <summary>The instance in front of a GET payload: known after 32 bytes.</summary>
    void OnContractInstance(ContractInstanceId instance)
    {
    }

    /// <summary>The key in front of a GET payload: known after 64 bytes, before any body.</summary>
    void OnContractKey(ContractKey key)
    {
    }

    /// <summary>Code of this length follows.</summary>
    void OnCodeStart(long length)
    {
    }

    /// <summary>The next piece of the code.</summary>
    void OnCode(ReadOnlySpan<byte> piece)
    {
    }

    /// <summary>The hash that follows the code.</summary>
    void OnCodeHash(CodeHash hash)
    {
    }

    /// <summary>Parameters of this length follow.</summary>
    void OnParametersStart(long length)
    {
    }

    /// <summary>The next piece of the parameters.</summary>
    void OnParameters(ReadOnlySpan<byte> piece)
    {
    }

    /// <summary>The key at the end of the contract: code and parameters are complete.</summary>
    void OnContainerKey(ContractKey key)
    {
    }

    /// <summary>So many related contracts follow.</summary>
    void OnRelatedCount(long count)
    {
    }

    /// <summary>The next related contract; its state follows, when it has one.</summary>
    void OnRelated(ContractInstanceId contract)
    {
    }

    /// <summary>The state of the related contract has this length and follows.</summary>
    void OnRelatedStateStart(long length)
    {
    }

    /// <summary>The next piece of the state of the related contract.</summary>
    void OnRelatedState(ReadOnlySpan<byte> piece)
    {
    }

    /// <summary>State of this length follows.</summary>
    void OnStateStart(long length)
    {
    }

    /// <summary>The next piece of the state.</summary>
    void OnState(ReadOnlySpan<byte> piece)
    {
    }
}
