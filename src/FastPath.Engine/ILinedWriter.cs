namespace FastPath.Engine;

/// <summary>A writer that waits for room, and for its turn to fill it.</summary>
internal interface ILinedWriter
{
    /// <summary>Bytes that it has room for when all it wrote is acknowledged.</summary>
    long WindowBytes { get; }

    /// <summary>Its turn has come; on the loop thread.</summary>
    /// <param name="turnBytes">It may add so many before it stands in line again.</param>
    void LetGo(long turnBytes);
}
