using System.Diagnostics.CodeAnalysis;

namespace FastPath.Fuzz.Oracles;

/// <summary>The code took the bytes without an exception, and took them wrongly.</summary>
internal sealed class OracleException(string message) : Exception(message)
{
    public static void Require([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds)
        {
            throw new OracleException(what);
        }
    }
}
