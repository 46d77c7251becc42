using FastPath.Protocol.Paths;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Paths;

public sealed class PathMtuTests
{
    private static readonly Instant Now = Instant.Zero;
    private readonly PathMtu _path = new(PathMtuSettings.Auto);

    [Fact]
    public void Sizes_rise_one_after_the_other()
    {
        SendFullPackets();
        foreach (int size in (int[])[1_452, 8_952, 65_000])
        {
            Assert.True(_path.TryGetProbe(Now, out int bytes));
            Assert.Equal(size, bytes);
            _path.OnProbeSent(bytes);
            Assert.False(_path.TryGetProbe(Now, out _));
            _path.OnProbeAcknowledged(bytes, Now);
            Assert.Equal(size, _path.Current);
        }

        Assert.False(_path.TryGetProbe(Now, out _));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Half_empty_packets_begin_a_search_only_when_something_did_not_fit(bool isFull)
    {
        for (int i = 0; i < 20; i++)
        {
            _path.OnPacketSent(1_050, isFull);
        }

        Assert.Equal(isFull, _path.TryGetProbe(Now, out _));
    }

    [Fact]
    public void A_size_has_failed_when_three_probes_of_it_are_lost()
    {
        SendFullPackets();
        for (int i = 0; i < 3; i++)
        {
            Assert.True(_path.TryGetProbe(Now, out int bytes));
            Assert.Equal(1_452, bytes);
            _path.OnProbeSent(bytes);
            _path.OnProbeLost(bytes, Now);
        }

        Assert.False(_path.TryGetProbe(Now, out _));
        Assert.True(_path.TryGetProbe(Now + Duration.FromSeconds(600), out _));
    }

    [Fact]
    public void What_the_own_system_refuses_need_not_be_tried_again()
    {
        SendFullPackets();
        Assert.True(_path.TryGetProbe(Now, out int bytes));
        _path.OnProbeSent(bytes);
        _path.OnProbeAcknowledged(bytes, Now);
        Assert.True(_path.TryGetProbe(Now, out bytes));
        _path.OnProbeSent(bytes);
        _path.OnRefused(bytes, Now);
        Assert.False(_path.TryGetProbe(Now, out _));
        Assert.Equal(1_452, _path.Current);

        _path.OnRefused(1_452, Now);
        Assert.Equal(1_200, _path.Current);
    }

    [Fact]
    public void Losses_among_arrivals_are_no_black_hole()
    {
        RaiseTo(8_952);
        for (ulong number = 1; number < 100; number++)
        {
            if (number % 5 == 0)
            {
                _path.OnAcknowledged(number, 8_952);
            }
            else
            {
                _path.OnLost(number, 8_952, Now);
            }
        }

        Assert.Equal(0, _path.BlackHoles);
        _path.OnLost(99, 8_952, Now);
        Assert.Equal(8_952, _path.Current);
    }

    [Fact]
    public void Losses_without_an_arrival_after_them_are_a_black_hole()
    {
        RaiseTo(8_952);
        _path.OnAcknowledged(1, 8_952);
        for (ulong number = 2; number < 20; number++)
        {
            _path.OnAcknowledged(number * 2, 1_200);
            _path.OnLost((number * 2) + 1, 8_952, Now);
        }

        Assert.Equal(1, _path.BlackHoles);
        Assert.Equal(1_200, _path.Current);
        SendFullPackets();
        Assert.False(_path.TryGetProbe(Now, out _));
        Assert.True(_path.TryGetProbe(Now + Duration.FromSeconds(2), out int bytes));
        Assert.Equal(1_452, bytes);
    }

    [Theory]
    [InlineData(0, 1_200)]
    [InlineData(1_300, 1_300)]
    [InlineData(8_952, 8_952)]
    [InlineData(int.MaxValue, 65_000)]
    public void A_limit_of_the_peer_holds_but_never_goes_below_the_base(int limit, int highest)
    {
        _path.Limit(limit);
        RaiseTo(65_000);
        Assert.Equal(highest, _path.Current);
    }

    private void SendFullPackets()
    {
        for (int i = 0; i < 20; i++)
        {
            _path.OnPacketSent(_path.Current, isFull: false);
        }
    }

    private void RaiseTo(int size)
    {
        SendFullPackets();
        while (_path.Current < size && _path.TryGetProbe(Now, out int bytes))
        {
            _path.OnProbeSent(bytes);
            _path.OnProbeAcknowledged(bytes, Now);
        }
    }
}
