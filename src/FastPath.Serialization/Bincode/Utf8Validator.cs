using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;

namespace FastPath.Serialization.Bincode;

/// <summary>Checks UTF-8 that comes in pieces; a character may be cut anywhere.</summary>
internal struct Utf8Validator
{
    private Character _open;
    private int _openLength;

    /// <summary>False as soon as no text can begin like this.</summary>
    public bool TryPush(ReadOnlySpan<byte> piece)
    {
        while (_openLength > 0 && !piece.IsEmpty)
        {
            _open[_openLength++] = piece[0];
            piece = piece[1..];
            switch (Rune.DecodeFromUtf8(_open[.._openLength], out _, out _))
            {
                case OperationStatus.Done:
                    _openLength = 0;
                    break;
                case OperationStatus.InvalidData:
                    return false;
            }
        }

        int cut = CutLength(piece);
        piece[^cut..].CopyTo(_open);
        _openLength = piece.IsEmpty ? _openLength : cut;
        return Utf8.IsValid(piece[..^cut]);
    }

    /// <summary>False when the last character is not complete.</summary>
    public readonly bool TryFinish() => _openLength == 0;

    // Bytes at the end that begin a character and may go on.
    private static int CutLength(ReadOnlySpan<byte> piece)
    {
        for (int length = 1; length < Character.Length && length <= piece.Length; length++)
        {
            if (Rune.DecodeFromUtf8(piece[^length..], out _, out _) == OperationStatus.NeedMoreData)
            {
                return length;
            }
        }

        return 0;
    }

    [InlineArray(Length)]
    private struct Character
    {
        public const int Length = 4;

        private byte _first;
    }
}
