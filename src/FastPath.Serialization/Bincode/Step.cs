namespace FastPath.Serialization.Bincode;

/// <summary>One field of a type as the push parser reads it; a type is an array of them in wire order.</summary>
/// <param name="Kind">What is read.</param>
/// <param name="Field">Its name for the sink.</param>
/// <param name="Size">Bytes that must be there to judge the step: the field itself, its tag, index or length.</param>
/// <param name="Inner">Steps of an option or an element, or of each variant.</param>
/// <param name="Rule">What bytes or text must be to make sense.</param>
internal sealed record Step(StepKind Kind, Field Field, int Size, Step[][] Inner, BytesRule? Rule = null)
{
    /// <summary>Longest field that is gathered when it comes in pieces.</summary>
    public const int SizeMax = 32;

    /// <summary>In place of the steps of a variant that this library does not read. Compared by reference.</summary>
    public static readonly Step[] Unsupported = [new(StepKind.Fixed, Field.Unnamed, 1, [])];

    /// <summary>A number nobody asks for while it streams by.</summary>
    public static readonly Step U32 = Fixed(Field.Unnamed, sizeof(uint));

    /// <summary>A number nobody asks for while it streams by.</summary>
    public static readonly Step U64 = Fixed(Field.Unnamed, sizeof(ulong));

    /// <summary>A bool nobody asks for while it streams by.</summary>
    public static readonly Step Flag = new(StepKind.Bool, Field.Unnamed, 1, []);

    public static Step Fixed(Field field, int size) => new(StepKind.Fixed, field, size, []);

    public static Step Bytes(Field field) => new(StepKind.Bytes, field, sizeof(ulong), []);

    /// <summary>Bytes whose length is written although only one is valid.</summary>
    public static Step Counted(Field field, int length) =>
        new(StepKind.Bytes, field, sizeof(ulong), [], new BytesRule(length, static _ => true));

    public static Step Text(Field field, BytesRule? rule = null) => new(StepKind.Text, field, sizeof(ulong), [], rule);

    public static Step Option(params Step[] inner) => new(StepKind.Option, Field.Unnamed, 1, [inner]);

    public static Step Choice(params Step[][] variants) => new(StepKind.Choice, Field.Unnamed, sizeof(uint), variants);

    public static Step Repeat(Field count, params Step[] inner) => new(StepKind.Repeat, count, sizeof(ulong), [inner]);
}
