using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Recovery;
using FsCheck;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Recovery;

/// <summary>Counts that fit keep a path capable, any that do not end it (RFC 9000, section 13.4.2).</summary>
public sealed class EcnValidatorTests
{
    private readonly EcnValidator _validator = new(isUsed: true);

    [Fact]
    public void The_first_packets_test_the_path_and_the_rest_wait_for_the_answer()
    {
        int marked = 0;
        for (int i = 0; i < 50; i++)
        {
            marked += Send(1);
        }

        Assert.Equal(10, marked);
        Assert.Equal(EcnState.Testing, _validator.State);
        Assert.Equal(0, _validator.OnAcknowledged(new EcnCounts(10, 0, 0), 10));
        Assert.Equal(EcnState.Capable, _validator.State);
        Assert.Equal(50, Send(50));
    }

    [Fact]
    public void Marks_are_told_once()
    {
        Send(10);
        Assert.Equal(3, _validator.OnAcknowledged(new EcnCounts(2, 0, 3), 5));
        Assert.Equal(0, _validator.OnAcknowledged(new EcnCounts(5, 0, 3), 3));
        Assert.Equal(2, _validator.OnAcknowledged(new EcnCounts(5, 0, 5), 2));
        Assert.Equal(EcnState.Capable, _validator.State);
    }

    [Fact]
    public void Counts_may_run_ahead_of_what_an_acknowledgement_tells()
    {
        Send(10);
        _validator.OnAcknowledged(new EcnCounts(10, 0, 0), 1);
        Assert.Equal(EcnState.Capable, _validator.State);
    }

    [Theory]
    [InlineData(3, 0, 0)]
    [InlineData(10, 1, 0)]
    [InlineData(9, 0, 2)]
    public void Too_few_too_many_or_of_a_codepoint_that_was_not_sent_end_it(long zero, long one, long marked)
    {
        Send(10);
        Assert.Equal(0, _validator.OnAcknowledged(new EcnCounts(zero, one, marked), 4));
        Assert.Equal(EcnState.Failed, _validator.State);
        Assert.Equal(0, Send(10));
    }

    [Fact]
    public void Counts_that_shrink_end_it()
    {
        Send(10);
        _validator.OnAcknowledged(new EcnCounts(4, 0, 2), 6);
        _validator.OnAcknowledged(new EcnCounts(9, 0, 1), 4);
        Assert.Equal(EcnState.Failed, _validator.State);
    }

    [Fact]
    public void An_acknowledgement_without_counts_ends_it_if_it_is_of_a_packet_that_was_capable()
    {
        Send(10);
        _validator.OnAcknowledged(null, 0);
        Assert.Equal(EcnState.Testing, _validator.State);
        _validator.OnAcknowledged(null, 1);
        Assert.Equal(EcnState.Failed, _validator.State);
    }

    [Fact]
    public void A_path_that_drops_all_that_is_capable_is_used_without()
    {
        Send(10);
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(EcnState.Testing, _validator.State);
            _validator.OnLost();
        }

        Assert.Equal(EcnState.Failed, _validator.State);
    }

    [Fact]
    public void A_peer_that_does_not_count_gets_no_capable_packet() => Assert.False(new EcnValidator(isUsed: false).Marks);

    [Property]
    public void An_honest_peer_is_believed_whatever_is_lost_or_marked(byte[] fates)
    {
        var validator = new EcnValidator(isUsed: true);
        var counts = default(EcnCounts);
        long marks = 0;
        foreach (byte fate in fates)
        {
            validator.OnSent();
            if (fate % 5 == 0 && validator.State == EcnState.Capable)
            {
                validator.OnLost();
                continue;
            }

            counts = counts.With(fate % 7 == 0 ? EcnCodepoint.CongestionExperienced : EcnCodepoint.CapableZero);
            marks += validator.OnAcknowledged(counts, 1);
            Assert.Equal(EcnState.Capable, validator.State);
        }

        Assert.Equal(counts.Marked, marks);
    }

    [Property]
    public void Counts_come_back_from_their_bytes(NonNegativeInt zero, NonNegativeInt one, NonNegativeInt marked)
    {
        var counts = new EcnCounts(zero.Get, one.Get, (long)marked.Get << 20);
        byte[] buffer = new byte[64];
        var writer = new FrameWriter(buffer);
        var frame = new EcnAckFrame(counts);
        frame.Write(ref writer);
        Assert.Equal(frame.EncodedLength, writer.Position);
        var reader = new FrameReader(buffer.AsSpan(0, writer.Position));
        Assert.True(reader.TryReadType(out FrameType type));
        Assert.Equal(FrameType.EcnAck, type);
        Assert.True(EcnAckFrame.TryRead(ref reader, out EcnAckFrame read));
        Assert.Equal(counts, read.Counts);
    }

    /// <returns>How many of them left as capable.</returns>
    private int Send(int packets)
    {
        int marked = 0;
        for (int i = 0; i < packets && _validator.Marks; i++)
        {
            _validator.OnSent();
            marked++;
        }

        return marked;
    }
}
