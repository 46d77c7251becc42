using FastPath.Fuzz.Oracles;
using FastPath.Fuzz.Peers;
using FastPath.Serialization.Foreign;

namespace FastPath.Fuzz.Targets;

/// <summary>Plaintext of the foreign wire: symmetric messages and their parts; the first byte chooses.</summary>
internal sealed class ForeignMessageTarget : IFuzzTarget
{
    // The corpus counts on the order: a new type goes to the end.
    private static readonly BincodeForm[] Forms =
    [
        new BincodeFormOf<SymmetricMessage>("SymmetricMessage", SymmetricMessage.Steps),
        new BincodeFormOf<SymmetricPayload>("SymmetricPayload", SymmetricPayload.Steps),
        new BincodeFormOf<AcceptedConnection>("AcceptedConnection", AcceptedConnection.Steps),
        new BincodeFormOf<ForeignVersion>("ForeignVersion", ForeignVersion.Steps),
    ];

    private readonly byte[] _intro = new byte[HandshakeIntro.Length];

    public string Name => "foreign-message";

    public long AllocatedBytesMax => 512 * 1_024;

    public IEnumerable<(string Name, byte[] Bytes)> Seeds => BincodeSeeds.Of("symmetric_messages.json", Forms)
        .Where(seed => !seed.Name.StartsWith("ack_", StringComparison.Ordinal) || seed.Name[^1] is '0' or '1' or '8');

    public ulong Run(ReadOnlySpan<byte> input)
    {
        input = Outcome.Cut(input, Outcome.ValueMax);
        CheckIntro(input);
        return BincodeForm.Run(Forms, input);
    }

    private void CheckIntro(ReadOnlySpan<byte> plaintext)
    {
        bool isRead = HandshakeIntro.TryRead(plaintext, out HandshakeIntro intro);
        OracleException.Require(isRead == plaintext.Length >= HandshakeIntro.Length, "24 bytes are an intro");
        if (isRead)
        {
            intro.Write(_intro);
            OracleException.Require(plaintext.StartsWith(_intro), "the intro comes back as another one");
            OracleException.Require(
                intro.Version.IsNewForm || intro.Version.OldestPatch is null, "an old version has an oldest patch");
        }
    }
}
