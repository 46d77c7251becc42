namespace FastPath.Serialization.Bincode;

/// <summary>What is wrong and where.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Offset">First byte of the field in error, or of its length prefix; from the start of the value.</param>
public readonly record struct BincodeError(BincodeErrorKind Kind, long Offset)
{
    /// <summary>True when something is wrong.</summary>
    public bool IsError => Kind != BincodeErrorKind.None;

    /// <summary>For logs.</summary>
    public override string ToString() => IsError ? $"{Kind} at byte {Offset}" : "no error";
}
