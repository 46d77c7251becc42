using FastPath.Protocol.Time;

namespace FastPath.Engine.Tests;

public sealed class FlushRampTests
{
    private const int KiB = 1_024;
    private static readonly Duration Short = Duration.FromMicroseconds(9);
    private static readonly Duration BeforeStream = Duration.FromMicroseconds(10);
    private static readonly Duration Long = Duration.FromMicroseconds(100);

    private FlushRamp _ramp = new();

    [Fact]
    public void A_stream_that_begins_after_a_short_pause_leaves_in_parts_that_grow_and_gives_way_three_times()
    {
        _ramp.OnWaited(BeforeStream);
        _ramp.OnStreamOpened();
        Assert.Equal([(8, true), (16, true), (32, true), (63, false), (63, false)], Parts(5));
    }

    [Fact]
    public void What_comes_after_a_long_pause_leaves_in_parts_that_grow_and_gives_way_to_nobody()
    {
        _ramp.OnWaited(Long);
        Assert.Equal([(8, false), (16, false), (32, false), (63, false), (63, false)], Parts(5));
    }

    [Fact]
    public void The_middle_of_a_transfer_leaves_in_whole_buffers_however_short_the_pauses()
    {
        _ramp.OnWaited(BeforeStream);
        Assert.Equal([(63, false), (63, false)], Parts(2));
        _ramp.OnWaited(Short);
        _ramp.OnStreamOpened();
        Assert.Equal([(63, false)], Parts(1));
    }

    [Fact]
    public void Of_many_streams_that_begin_at_once_only_the_first_leaves_in_parts()
    {
        _ramp.OnWaited(BeforeStream);
        _ramp.OnStreamOpened();
        Assert.Equal([(8, true)], Parts(1));
        _ramp.OnStreamOpened();
        Assert.Equal([(16, true)], Parts(1));
    }

    [Theory]
    [InlineData(1_200, 54, 27)]
    [InlineData(1_452, 45, 22)]
    [InlineData(8_952, 7, 3)]
    [InlineData(65_000, 1, 1)]
    public void What_leaves_in_the_middle_of_a_transfer_is_one_buffer_of_the_kernel_and_half_of_one_between_hops(
        int packetBytes, int packets, int relayedPackets)
    {
        Assert.Equal(packets, Fitting(packetBytes, isRelayed: false));
        Assert.Equal(relayedPackets, Fitting(packetBytes, isRelayed: true));
        Assert.InRange(packets * packetBytes, 1, 65_507);
    }

    [Fact]
    public void The_first_parts_between_hops_are_as_small_as_anywhere()
    {
        _ramp.OnWaited(Long);
        Assert.Equal(6, Fitting(1_200, isRelayed: true));
        _ramp.OnFlushed();
        Assert.Equal(13, Fitting(1_200, isRelayed: true));
    }

    private int Fitting(int packetBytes, bool isRelayed)
    {
        int packets = 1;
        while (!_ramp.IsEnough(packets * packetBytes, packetBytes, isRelayed))
        {
            packets++;
        }

        return packets;
    }

    /// <returns>Of each flush: KiB in packets of one that it takes, and whether it gives way.</returns>
    private (int KiB, bool GivesWay)[] Parts(int count)
    {
        var parts = new (int, bool)[count];
        for (int i = 0; i < count; i++)
        {
            int fitting = Fitting(KiB, isRelayed: false);
            parts[i] = (fitting, _ramp.OnFlushed());
        }

        return parts;
    }
}
