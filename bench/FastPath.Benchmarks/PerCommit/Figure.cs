namespace FastPath.Benchmarks.PerCommit;

/// <summary>One figure of a measurement's document, and how it is judged.</summary>
/// <param name="Path">Field of the document; a dot leads into an inner one.</param>
/// <param name="Kind">How it is compared.</param>
/// <param name="PerGigabyteOf">Field with the bytes that it is divided by; null when it stands for itself.</param>
internal sealed record Figure(string Path, FigureKind Kind, string? PerGigabyteOf = null)
{
    public string Name => PerGigabyteOf is null ? Path : $"{Path}_per_gb";
}
