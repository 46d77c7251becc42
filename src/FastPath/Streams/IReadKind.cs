namespace FastPath.Streams;

/// <summary>What a read of a stream gives out, and when that comes back.</summary>
/// <typeparam name="TResult">What the caller gets.</typeparam>
internal interface IReadKind<TResult>
{
    /// <summary>The bytes come back at the next read; otherwise the caller releases them.</summary>
    static abstract bool IsImplicit { get; }

    static abstract TResult ResultOf(in StreamSegment segment);
}
