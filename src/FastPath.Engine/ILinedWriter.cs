namespace FastPath.Engine;

/// <summary>A writer that waits for room, and for its turn to fill it.</summary>
internal interface ILinedWriter
{
    /// <summary>Bytes that it may add at once.</summary>
    long WindowBytes { get; }

    /// <summary>On the loop thread.</summary>
    void LetGo();
}
