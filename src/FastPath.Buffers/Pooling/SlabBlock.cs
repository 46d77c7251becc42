namespace FastPath.Buffers.Pooling;

/// <summary>A rented block: its number, and the generation that makes a stale or double use an error. Default is none.</summary>
internal readonly record struct SlabBlock(int Number, int Generation)
{
    public bool IsNone => Generation == 0;
}
