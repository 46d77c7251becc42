namespace FastPath.Serialization.Bincode;

/// <summary>What a <see cref="Step"/> reads.</summary>
internal enum StepKind
{
    /// <summary>A fixed number of bytes.</summary>
    Fixed,

    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>u64 length and bytes, handed on as they come; perhaps under a <see cref="BytesRule"/>.</summary>
    Bytes,

    /// <summary>The same, and UTF-8.</summary>
    Text,

    /// <summary>One byte, 0 or 1; the inner steps follow a 1.</summary>
    Option,

    /// <summary>u32 index; the steps of that variant follow.</summary>
    Choice,

    /// <summary>u64 count; the inner steps follow as often.</summary>
    Repeat,
}
