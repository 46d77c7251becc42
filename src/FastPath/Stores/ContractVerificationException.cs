using FastPath.Serialization.Contracts;

namespace FastPath.Stores;

/// <summary>The content does not belong to the key it was to be stored under.</summary>
public sealed class ContractVerificationException : Exception
{
    internal ContractVerificationException(ContractKey key, bool codeMatches, bool parametersMatch)
        : base(Describe(key, codeMatches, parametersMatch))
    {
        Key = key;
        CodeMatches = codeMatches;
        ParametersMatch = parametersMatch;
    }

    /// <summary>The key that was asked for.</summary>
    public ContractKey Key { get; }

    /// <summary>BLAKE3 of the code is the key's code hash.</summary>
    public bool CodeMatches { get; }

    /// <summary>BLAKE3 of the key's code hash and the parameters is the key's instance.</summary>
    public bool ParametersMatch { get; }

    private static string Describe(ContractKey key, bool codeMatches, bool parametersMatch)
    {
        string what = (codeMatches, parametersMatch) switch
        {
            (false, true) => $"the code does not hash to {key.Code}",
            (true, false) => "code hash and parameters do not hash to the instance",
            _ => $"neither the code hashes to {key.Code}, nor code hash and parameters to the instance",
        };
        return $"contract {key.Instance}: {what}";
    }
}
