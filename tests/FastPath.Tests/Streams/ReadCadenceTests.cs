using FastPath.Streams;

namespace FastPath.Tests.Streams;

/// <summary>Readers are woken at once where it matters, and seldom where it costs.</summary>
public sealed class ReadCadenceTests
{
    private const long Window = 1_024 * 1_024;
    private const long Packet = 1_400;

    private readonly ReadCadence _cadence = new();

    [Fact]
    public void Bytes_that_come_in_small_numbers_are_always_told_at_once()
    {
        for (long bytes = Packet; bytes < 100 * Packet; bytes += Packet)
        {
            Assert.True(_cadence.MustTell(bytes, Window));
            _cadence.OnTold();
        }
    }

    [Theory]
    [InlineData(Window, 256 * 1_024)]
    [InlineData(64 * 1_024, 16 * 1_024)]
    public void After_many_bytes_the_next_ones_wait_for_a_part_of_the_window(long window, long step)
    {
        Assert.True(_cadence.MustTell(20_000, window));
        _cadence.OnTold();
        Assert.False(_cadence.MustTell(20_000 + step - 1, window));
        Assert.True(_cadence.OwesWord);
        Assert.True(_cadence.MustTell(20_000 + step, window));
        _cadence.OnTold();
        Assert.False(_cadence.OwesWord);
    }

    [Fact]
    public void A_word_is_owed_also_when_bytes_become_readable_and_none_came()
    {
        _cadence.MustTell(20_000, Window);
        _cadence.OnTold();

        // Two groups were verified by the same packet: the second one changes no count.
        Assert.False(_cadence.MustTell(20_000, Window));
        Assert.True(_cadence.OwesWord);
    }

    [Fact]
    public void A_stream_that_has_become_slow_is_told_of_at_once_again()
    {
        _cadence.MustTell(20_000, Window);
        _cadence.OnTold();
        Assert.False(_cadence.MustTell(20_000 + Packet, Window));

        // The delay is over.
        _cadence.OnTold();
        Assert.True(_cadence.MustTell(20_000 + (2 * Packet), Window));
    }
}
