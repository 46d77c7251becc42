using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Operations;

/// <summary>What a GET found. Layout: variant u32; 0 found (key, state and contract), 1 not found.</summary>
/// <param name="Key">Key of the contract; meaningful when it was found.</param>
/// <param name="Found">What was found, or null.</param>
internal sealed record GetResult(ContractKey Key, StoreResponse? Found) : IBincode<GetResult>
{
    public static readonly Step[] Steps = [Step.Choice([.. ContractKey.OuterSteps, .. StoreResponse.Steps], [])];

    public static GetResult NotFound { get; } = new(default, null);

    public void Write(BincodeWriter to)
    {
        to.Variant(Found is null ? 1u : 0u);
        if (Found is not null)
        {
            to.Value(Key);
            to.Value(Found);
        }
    }

    public static GetResult Read(ref BincodeReader from) =>
        from.Variant(2) == 0 ? new(from.Value<ContractKey>(), from.Value<StoreResponse>()) : NotFound;
}
