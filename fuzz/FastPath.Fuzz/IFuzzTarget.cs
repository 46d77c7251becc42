namespace FastPath.Fuzz;

/// <summary>Code that takes bytes of a peer. Whatever they are, it ends in a typed result.</summary>
internal interface IFuzzTarget
{
    /// <summary>Name on the command line and of the folder in the corpus.</summary>
    string Name { get; }

    /// <summary>Bytes that one run may allocate: a bound that a length prefix of the input cannot move.</summary>
    long AllocatedBytesMax { get; }

    /// <summary>Inputs made by the real encoders, the same at every call.</summary>
    IEnumerable<(string Name, byte[] Bytes)> Seeds { get; }

    /// <summary>Runs the code; any exception is a finding. The same input takes the same way at every call.</summary>
    /// <returns>A number for what happened: an input with a new one is worth mutating further.</returns>
    ulong Run(ReadOnlySpan<byte> input);
}
