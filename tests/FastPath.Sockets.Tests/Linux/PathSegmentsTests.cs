using FastPath.Buffers.Datagrams;
using FastPath.Sockets.Linux;

namespace FastPath.Sockets.Tests.Linux;

public sealed class PathSegmentsTests
{
    private static readonly PeerAddress Narrow = PeerAddress.FromIPv4(0x7F000001, 1);
    private static readonly PeerAddress Other = PeerAddress.FromIPv4(0x7F000001, 2);

    [Fact]
    public void A_refusal_halves_what_was_refused_until_single_datagrams_are_left()
    {
        var segments = new PathSegments();
        var seen = new List<int> { segments.MaxOf(Narrow) };
        while (segments.MaxOf(Narrow) > 1)
        {
            segments.OnRefused(Narrow, segments.MaxOf(Narrow), isForGood: false);
            seen.Add(segments.MaxOf(Narrow));
        }

        Assert.Equal([64, 32, 16, 8, 4, 2, 1], seen);
        Assert.Equal(64, segments.MaxOf(Other));
    }

    [Fact]
    public void A_buffer_that_was_made_before_the_last_refusal_halves_nothing_more()
    {
        var segments = new PathSegments();
        segments.OnRefused(Narrow, 20, isForGood: false);
        segments.OnRefused(Narrow, 20, isForGood: false);
        Assert.Equal(10, segments.MaxOf(Narrow));
    }

    [Fact]
    public void A_device_that_cuts_nothing_is_asked_for_nothing()
    {
        var segments = new PathSegments();
        segments.OnRefused(Narrow, 64, isForGood: true);
        Assert.Equal(1, segments.MaxOf(Narrow));
    }

    [Fact]
    public void What_went_well_for_long_doubles_it_again_up_to_all()
    {
        var segments = new PathSegments();
        segments.OnRefused(Narrow, 64, isForGood: true);
        foreach (int expected in new[] { 1, 2, 4, 8, 16, 32, 64 })
        {
            Assert.Equal(expected, segments.MaxOf(Narrow));
            Assert.Equal(PathSegments.SendsFirst, SendUntilRaised(segments, PathSegments.SendsFirst));
        }

        Assert.Equal(64, segments.MaxOf(Narrow));
    }

    [Fact]
    public void A_raise_that_is_refused_is_tried_again_after_twice_as_many_sends()
    {
        var segments = new PathSegments();
        segments.OnRefused(Narrow, 64, isForGood: false);
        for (int sends = PathSegments.SendsFirst; sends < PathSegments.SendsMax; sends *= 2)
        {
            Assert.Equal(sends, SendUntilRaised(segments, PathSegments.SendsMax));
            Assert.Equal(64, segments.MaxOf(Narrow));
            segments.OnRefused(Narrow, 64, isForGood: false);
            Assert.Equal(32, segments.MaxOf(Narrow));
        }

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(PathSegments.SendsMax, SendUntilRaised(segments, 2 * PathSegments.SendsMax));
            segments.OnRefused(Narrow, 64, isForGood: false);
        }
    }

    [Fact]
    public void A_path_that_takes_all_again_for_as_long_is_forgotten_with_its_caution()
    {
        var segments = new PathSegments();
        segments.OnRefused(Narrow, 64, isForGood: false);
        SendUntilRaised(segments, PathSegments.SendsFirst);
        segments.OnRefused(Narrow, 64, isForGood: false);
        Send(segments, 4 * PathSegments.SendsFirst);
        segments.OnRefused(Narrow, 64, isForGood: false);
        Assert.Equal(PathSegments.SendsFirst, SendUntilRaised(segments, PathSegments.SendsMax));
    }

    [Fact]
    public void Only_so_many_paths_are_remembered()
    {
        var segments = new PathSegments();
        for (ushort port = 1; port <= 1_025; port++)
        {
            segments.OnRefused(PeerAddress.FromIPv4(0x7F000001, port), 64, isForGood: false);
        }

        Assert.Equal(64, segments.MaxOf(Narrow));
        Assert.Equal(32, segments.MaxOf(PeerAddress.FromIPv4(0x7F000001, 1_025)));
    }

    private static void Send(PathSegments segments, int sends)
    {
        for (int i = 0; i < sends; i++)
        {
            segments.OnSent(Narrow);
        }
    }

    /// <returns>Sends that it took, at most so many.</returns>
    private static int SendUntilRaised(PathSegments segments, int sendsMax)
    {
        int before = segments.MaxOf(Narrow);
        int sends = 0;
        while (sends < sendsMax && segments.MaxOf(Narrow) == before)
        {
            segments.OnSent(Narrow);
            segments.OnSent(Other);
            sends++;
        }

        return sends;
    }
}
