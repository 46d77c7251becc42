namespace FastPath.Protocol.Packets;

/// <summary>Which of the newest 8,192 numbers have been seen: a bitmap that slides with the largest.</summary>
/// <remarks>
/// A number is recorded only after its packet was authenticated, so a forger cannot move the window. Numbers begin at 0, and
/// the bitmap grows with the largest: a connection that has said little keeps little.
/// </remarks>
internal sealed class ReplayWindow
{
    public const int Size = 8_192;
    private const int WordBits = 64;

    // One word more than the window, so that sliding inside a word never forgets a number of the window.
    private const int WordCount = (Size / WordBits) + 1;

    private ulong[] _words = new ulong[1];
    private bool _any;

    public ulong Largest { get; private set; }

    public bool IsNew(ulong number)
    {
        if (!_any || number > Largest)
        {
            return true;
        }

        // Until it has grown to its full length every number has a place of its own.
        return Largest - number < Size && (_words[Word(number)] & Bit(number)) == 0;
    }

    /// <summary>Records a number for which <see cref="IsNew"/> holds; false, and no change, where it does not.</summary>
    public bool TryRecord(ulong number)
    {
        if (!IsNew(number))
        {
            return false;
        }

        Grow(number / WordBits);
        if (!_any || number > Largest)
        {
            ulong fromBlock = Largest / WordBits;
            ulong blocks = Math.Min((number / WordBits) - fromBlock, WordCount);
            for (ulong i = 1; i <= blocks; i++)
            {
                _words[(fromBlock + i) % WordCount] = 0;
            }

            if (blocks == WordCount)
            {
                // The jump was longer than the ring: every word was stale, the number's own included.
                Array.Clear(_words);
            }

            Largest = number;
            _any = true;
        }

        _words[Word(number)] |= Bit(number);
        return true;
    }

    private void Grow(ulong block)
    {
        if (block < (ulong)_words.Length || _words.Length == WordCount)
        {
            return;
        }

        int length = block >= WordCount / 2 ? WordCount : (int)System.Numerics.BitOperations.RoundUpToPowerOf2(block + 1);
        Array.Resize(ref _words, length);
    }

    private static int Word(ulong number) => (int)((number / WordBits) % WordCount);

    private static ulong Bit(ulong number) => 1UL << (int)(number % WordBits);
}
