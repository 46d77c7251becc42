namespace FastPath.Protocol.Streams;

/// <summary>Which of the peer's stream ids are finished: the lowest unfinished one and a bitmap ahead of it (decision D3).</summary>
/// <remarks>So a late frame of a finished stream is known for what it is, for ever, in a fixed number of bytes.</remarks>
internal sealed class PeerStreamIds(int window)
{
    private const int BitsPerWord = 64;

    private readonly ulong[] _finished = new ulong[(window + BitsPerWord - 1) / BitsPerWord + 1];

    /// <summary>Every stream index below is finished.</summary>
    public ulong Lowest { get; private set; }

    /// <summary>Indices at and above are not admitted yet.</summary>
    public ulong Limit => Lowest + (ulong)window;

    public bool IsFinished(ulong index) => index < Lowest || (index < Limit && (Word(index) & Bit(index)) != 0);

    public void Finish(ulong index)
    {
        if (index < Lowest || index >= Limit)
        {
            return;
        }

        Word(index) |= Bit(index);
        while ((Word(Lowest) & Bit(Lowest)) != 0)
        {
            Word(Lowest) &= ~Bit(Lowest);
            Lowest++;
        }
    }

    private static ulong Bit(ulong index) => 1UL << (int)(index % BitsPerWord);

    private ref ulong Word(ulong index) => ref _finished[index / BitsPerWord % (ulong)_finished.Length];
}
