using FastPath.Serialization.Bincode;

namespace FastPath.Fuzz.Oracles;

/// <summary>A type with a bincode form, and all that must hold when any bytes are read as one.</summary>
/// <param name="name">As the golden vectors call it.</param>
/// <param name="steps">The type as the push parser reads it; null when it has no such form.</param>
internal abstract class BincodeForm(string name, Step[]? steps)
{
    /// <summary>What is accepted of a length that fits the input.</summary>
    public static readonly DecodeLimits NoLimits = new() { ParametersLengthMax = long.MaxValue };

    public string Name => name;

    /// <summary>Reads a type that the first byte chooses, from the bytes behind it.</summary>
    public static ulong Run(IReadOnlyList<BincodeForm> forms, ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty)
        {
            return Outcome.Of(-1);
        }

        int index = input[0] % forms.Count;
        BincodeForm form = forms[index];
        byte[] bytes = input[1..].ToArray();
        (BincodeError error, int consumed) = form.Check(bytes);
        return Outcome.Of(index, (int)error.Kind, Math.Min(error.Offset, 512), Math.Min(consumed, 64));
    }

    public (BincodeError Error, int Consumed) Check(byte[] bytes)
    {
        (BincodeError error, int consumed, byte[] written) = Read(bytes, strict: false);
        OracleException.Require(consumed >= 0 && consumed <= bytes.Length, "more is consumed than there is");
        OracleException.Require(error.Offset >= 0 && error.Offset <= bytes.Length, "the error lies outside");
        if (!error.IsError)
        {
            OracleException.Require(written.Length <= consumed, "the value grows when it is written again");
            OracleException.Require(Same(bytes[..consumed], written), "what follows the value changes it");
            OracleException.Require(Same(written, written), "written and read again it is another value");
        }

        CheckStrict(bytes, error, consumed);
        CheckPush(bytes, error, consumed);
        AllocationOracle.Check(bytes.Length, () => ReadOnly(bytes));
        return (error, consumed);
    }

    /// <summary>Reads, and writes what was read (empty after an error).</summary>
    protected abstract (BincodeError Error, int Consumed, byte[] Written) Read(byte[] bytes, bool strict);

    /// <summary>Reads and keeps nothing.</summary>
    protected abstract void ReadOnly(byte[] bytes);

    private bool Same(byte[] bytes, byte[] expected)
    {
        (BincodeError error, int consumed, byte[] written) = Read(bytes, strict: true);
        return !error.IsError && consumed == bytes.Length && written.AsSpan().SequenceEqual(expected);
    }

    private void CheckStrict(byte[] bytes, BincodeError error, int consumed)
    {
        bool isTrailed = !error.IsError && consumed < bytes.Length;
        BincodeError expected = isTrailed ? new BincodeError(BincodeErrorKind.TrailingBytes, consumed) : error;
        OracleException.Require(Read(bytes, strict: true).Error == expected, "strict differs in more than the end");
    }

    private void CheckPush(byte[] bytes, BincodeError error, int consumed)
    {
        if (steps is not null)
        {
            var parser = new StreamingDeserializer(steps, DeafSink.Instance, NoLimits, bytes.Length);
            parser.Push(bytes);
            parser.Finish();
            OracleException.Require(parser.Error == error, $"whole: {error}; pushed: {parser.Error}");
            OracleException.Require(error.IsError || parser.Position == consumed, "the ends differ");
        }
    }
}
