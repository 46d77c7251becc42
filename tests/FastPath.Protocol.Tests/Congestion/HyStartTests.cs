using FastPath.Protocol.Congestion;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Congestion;

public sealed class HyStartTests
{
    private HyStart _slowStart;
    private long _delivered;

    [Fact]
    public void A_steady_round_trip_keeps_doubling()
    {
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Samples.Datagram * 10, RoundTrip(50));
        }

        Assert.False(_slowStart.IsConservative);
    }

    [Theory]
    [InlineData(50, 56, false)]
    [InlineData(50, 57, true)]
    [InlineData(8, 11, false)]
    [InlineData(8, 12, true)]
    [InlineData(400, 415, false)]
    [InlineData(400, 416, true)]
    public void A_rise_by_an_eighth_between_4_and_16_ms_slows_growth_to_a_quarter(double before, double after, bool isSlow)
    {
        RoundTrip(before);
        RoundTrip(before);
        RoundTrip(after);
        Assert.Equal(isSlow, _slowStart.IsConservative);
        Assert.Equal(Samples.Datagram * 10 / (isSlow ? 4 : 1), RoundTrip(after));
    }

    [Fact]
    public void Five_slow_round_trips_end_it()
    {
        RoundTrip(50);
        RoundTrip(60);
        for (int i = 0; i < 4; i++)
        {
            RoundTrip(60);
            Assert.False(_slowStart.IsOver);
        }

        RoundTrip(60);
        Assert.True(_slowStart.IsOver);
    }

    [Fact]
    public void A_round_trip_that_falls_again_resumes_it()
    {
        RoundTrip(50);
        RoundTrip(60);
        Assert.True(_slowStart.IsConservative);
        RoundTrip(55);
        Assert.False(_slowStart.IsConservative);
    }

    [Fact]
    public void Too_few_samples_judge_nothing()
    {
        RoundTrip(50, packets: 7);
        RoundTrip(90, packets: 7);
        Assert.False(_slowStart.IsConservative);
    }

    /// <summary>A round trip in which each packet has the same sample; the bytes by which the window grows.</summary>
    private long RoundTrip(double milliseconds, int packets = 10)
    {
        long growth = 0;
        long window = packets * Samples.Datagram;
        long start = _delivered;
        for (int i = 0; i < packets; i++)
        {
            _delivered += Samples.Datagram;
            AckSample ack = Samples.Ack(
                Instant.Zero, window, Samples.Datagram, _delivered, roundTrip: Duration.FromMilliseconds(milliseconds));
            growth += _slowStart.OnAcknowledged(in ack);
        }

        Assert.Equal(window, _delivered - start);
        return growth;
    }
}
