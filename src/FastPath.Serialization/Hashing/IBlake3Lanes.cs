namespace FastPath.Serialization.Hashing;

/// <summary>One vector width of <see cref="Blake3Wide{TLanes,TVector}"/>: lane i of all vectors belongs to input i.</summary>
/// <remarks>
/// A vector consists of quads, 128 bits or four lanes each. Every member is right on every processor; the fast form
/// of a width is chosen when the method is compiled.
/// </remarks>
/// <typeparam name="TVector">A vector of <see cref="Count"/> 32-bit words.</typeparam>
internal interface IBlake3Lanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Inputs hashed side by side.</summary>
    static abstract int Count { get; }

    /// <summary>Sixteen registers only: the state fills them, so a row of it stands aside in memory.</summary>
    static abstract bool IsCrowded { get; }

    static abstract TVector Broadcast(uint word);

    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>The eight steps of BLAKE3's G on one column or diagonal, in every lane.</summary>
    /// <remarks>Message words come by reference: they are used from memory and take no register.</remarks>
    static abstract void QuarterRound(
        ref TVector a,
        ref TVector b,
        ref TVector c,
        ref TVector d,
        ref readonly TVector x,
        ref readonly TVector y);

    /// <summary>Quad q of the result is the 16 bytes at <paramref name="source"/> + 4q · <paramref name="stride"/>.</summary>
    static abstract TVector LoadQuads(ref byte source, nint stride);

    /// <summary>Writes quad q to <paramref name="target"/> + 4q · <paramref name="stride"/>.</summary>
    static abstract void StoreQuads(TVector quads, ref byte target, nint stride);

    /// <summary>In each quad, turns the 4×4 words with rows a, b, c, d into their transposition.</summary>
    static abstract void Transpose(ref TVector a, ref TVector b, ref TVector c, ref TVector d);
}
