namespace FastPath.Serialization.Bincode;

/// <summary>A type with a bincode form. Both directions list the fields in wire order, side by side.</summary>
internal interface IBincode<TSelf>
    where TSelf : IBincode<TSelf>
{
    void Write(BincodeWriter to);

    /// <summary>
    /// Never throws for bad bytes: the reader keeps the first error, and the value is then meaningless.
    /// </summary>
    static abstract TSelf Read(ref BincodeReader from);
}
