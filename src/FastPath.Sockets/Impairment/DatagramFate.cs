namespace FastPath.Sockets.Impairment;

/// <summary>What happens to one datagram.</summary>
/// <param name="Length">Bytes that go out: fewer than the datagram has when it is truncated.</param>
/// <param name="FlippedBits">How many bits are flipped, 0 to 3.</param>
/// <param name="FirstFlip">Number of the first flipped bit; the others follow from it.</param>
/// <param name="PassedBy">Later datagrams that go first; 0 when it is not reordered.</param>
/// <param name="Delay">Zero when it is not delayed.</param>
internal readonly record struct DatagramFate(
    bool IsLost, bool IsDuplicated, int Length, int FlippedBits, int FirstFlip, int PassedBy, TimeSpan Delay)
{
    // A prime greater than the bits of any datagram: the flipped bits differ, so none undoes another.
    private const int FlipStride = 1_000_003;

    public bool IsHeld => PassedBy > 0 || Delay > TimeSpan.Zero;

    public void Flip(Span<byte> datagram)
    {
        long bits = datagram.Length * 8L;
        for (int i = 0; i < FlippedBits; i++)
        {
            int bit = (int)((FirstFlip + (long)i * FlipStride) % bits);
            datagram[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
