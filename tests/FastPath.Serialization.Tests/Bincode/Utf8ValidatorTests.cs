using System.Text;
using System.Text.Unicode;
using FastPath.Serialization.Bincode;
using FastPath.Serialization.Tests.Contracts;
using FsCheck;
using FsCheck.Xunit;

namespace FastPath.Serialization.Tests.Bincode;

public sealed class Utf8ValidatorTests
{
    // Bytes that begin, continue and break characters of every length.
    private static readonly byte[] Interesting =
        [0x41, 0x7f, 0x80, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff];

    [Property(MaxTest = 5_000)]
    public void Pieces_are_judged_like_the_whole(byte[] choices, byte[] cuts)
    {
        byte[] bytes = [.. choices.Select(c => Interesting[c % Interesting.Length])];
        Assert.Equal(Utf8.IsValid(bytes), IsValidInPieces(bytes, cuts));
    }

    [Property]
    public void Text_is_valid_however_it_is_cut(NonNull<string> text, byte[] cuts)
    {
        // Lone surrogates become replacement characters.
        byte[] bytes = Encoding.UTF8.GetBytes(text.Get + "aé€😀");
        Assert.True(IsValidInPieces(bytes, cuts));
    }

    private static bool IsValidInPieces(byte[] bytes, byte[] cuts)
    {
        var validator = default(Utf8Validator);
        foreach (ReadOnlyMemory<byte> piece in Samples.Cut(bytes, [.. cuts.Select(c => (byte)(c % 5))]))
        {
            if (!validator.TryPush(piece.Span))
            {
                return false;
            }
        }

        return validator.TryFinish();
    }
}
