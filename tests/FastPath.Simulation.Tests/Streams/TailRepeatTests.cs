using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Flows;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Tests.Streams;

/// <summary>What of a stream goes out again on a guess, and how often: the table of streams alone, asked for its frames one by one.</summary>
public sealed class TailRepeatTests
{
    private const int PacketBytes = 1_200;
    private const int StreamBytes = 3_000;

    private readonly SimulatedBottleneck _path = new(1, new LinkModel { Delay = Duration.FromMilliseconds(20) });
    private readonly SimulatedFlow _flow;
    private readonly StreamTable _table;

    public TailRepeatTests()
    {
        _flow = _path.Add(SimulatedBottleneck.SettingsFor(CongestionAlgorithm.Bbr));
        _path.World.RunFor(Duration.FromSeconds(1));
        _table = _flow.Connection.Streams;
    }

    [Fact]
    public void A_stream_is_offered_a_second_and_a_third_time_whole_and_no_more()
    {
        _flow.Send(new byte[StreamBytes]);
        Assert.False(_table.HasTail, "nothing has left");
        Write();
        for (int repeat = 0; repeat < 2; repeat++)
        {
            Assert.Equal((true, repeat, 0), (_table.HasTail, _table.TailRepeats, _table.RepeatsOnTurn));
            _table.OfferTail();
            Assert.Equal((false, repeat + 1), (_table.HasTail, _table.RepeatsOnTurn));
            List<SentFrame> again = Write();
            Assert.Equal([(0L, (long)StreamBytes)], RangesOf(again));
            Assert.Equal(FrameType.Fin, again[^1].Type);
        }

        Assert.False(_table.HasTail);
        _table.OfferTail();
        Assert.Empty(Write());
    }

    [Fact]
    public void What_is_acknowledged_does_not_go_out_again()
    {
        _flow.Send(new byte[StreamBytes]);
        List<SentFrame> first = Write();
        SentFrame[] fragments = [.. first.Where(frame => frame.Type == FrameType.Fragment)];
        SentFrame end = first.Single(frame => frame.Type == FrameType.Fin);
        Acknowledge(fragments[1]);
        _table.OfferTail();
        List<SentFrame> again = Write();
        Assert.Equal([(0L, fragments[1].Offset), (fragments[2].Offset, (long)StreamBytes)], RangesOf(again));
        Assert.Equal(end, again[^1]);
        Acknowledge(fragments[0]);
        _table.OfferTail();
        Assert.Equal([(fragments[2].Offset, (long)StreamBytes)], RangesOf(Write()));
    }

    [Fact]
    public void An_end_that_is_acknowledged_does_not_go_out_again()
    {
        _flow.Send(new byte[StreamBytes]);
        Acknowledge(Write().Single(frame => frame.Type == FrameType.Fin));
        _table.OfferTail();
        List<SentFrame> again = Write();
        Assert.Equal([(0L, (long)StreamBytes)], RangesOf(again));
        Assert.DoesNotContain(again, frame => frame.Type == FrameType.Fin);
    }

    [Fact]
    public void A_stream_that_is_acknowledged_whole_has_no_tail()
    {
        _flow.Send(new byte[StreamBytes]);
        List<SentFrame> first = Write();
        Assert.True(_table.HasTail);
        first.ForEach(Acknowledge);
        Assert.False(_table.HasTail);
        _table.OfferTail();
        Assert.Empty(Write());
    }

    [Fact]
    public void Beside_another_stream_or_a_control_frame_it_is_no_turn_of_repeats_alone()
    {
        SendStream other = _flow.Send(new byte[StreamBytes]).Stream;
        Write();
        _flow.Send(new byte[StreamBytes]);
        Write();
        _table.OfferTail();
        Assert.Equal(1, _table.RepeatsOnTurn);
        _table.Reset(other, StreamErrorCode.Cancelled);
        Assert.Equal(0, _table.RepeatsOnTurn);
        var writer = new FrameWriter(new byte[PacketBytes]);
        Assert.True(_table.TryWriteControl(ref writer, out _));
        Assert.Equal(1, _table.RepeatsOnTurn);
        _flow.Send(new byte[StreamBytes]);
        Assert.Equal(0, _table.RepeatsOnTurn);
    }

    /// <summary>What fragments carry, joined where they touch.</summary>
    private static List<(long Start, long End)> RangesOf(List<SentFrame> frames)
    {
        var ranges = new RangeSet();
        foreach (SentFrame frame in frames.Where(frame => frame.Type == FrameType.Fragment))
        {
            ranges.Add(frame.Offset, frame.Offset + frame.Length);
        }

        return [.. Enumerable.Range(0, ranges.Count).Select(i => ranges[i])];
    }

    private void Acknowledge(SentFrame frame) => _table.OnAcknowledged(in frame, _path.World.Now);

    /// <summary>Packet after packet until no stream has more.</summary>
    private List<SentFrame> Write()
    {
        var frames = new List<SentFrame>();
        int before;
        do
        {
            before = frames.Count;
            var writer = new FrameWriter(new byte[PacketBytes]);
            bool isFull = false;
            while (!isFull && _table.TryWriteBytes(ref writer, _path.World.Now, out SentFrame sent, out isFull))
            {
                frames.Add(sent);
            }
        }
        while (frames.Count > before);
        return frames;
    }
}
