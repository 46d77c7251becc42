using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What a link remembers from one datagram to the next: until when it is busy, and whether a burst of losses runs.</summary>
internal sealed class LinkState
{
    private Instant _busyUntil;
    private Instant _policedAt = Instant.Zero;
    private double _policerTokens = double.MaxValue;
    private CoDel _coDel;
    private bool _isBad;
    private int _burstLeft;
    private Instant _burstTurnsAt = Instant.Zero;

    public long BytesPassed { get; private set; }

    public long DatagramsDropped { get; private set; }

    public long DatagramsMarked { get; private set; }

    /// <summary>Waiting time of the newest datagram, without its own transmission.</summary>
    public Duration NewestWait { get; private set; }

    public Duration LongestWait { get; private set; }

    /// <summary>Waits behind what the link is still sending; false when the queue drops it.</summary>
    /// <param name="delay">From now until its last bit is on the link.</param>
    public bool TryPass(Instant now, int length, LinkModel model, out Duration delay)
    {
        EcnCodepoint ecn = EcnCodepoint.NotCapable;
        return TryPass(now, length, model, ref ecn, out delay);
    }

    /// <inheritdoc cref="TryPass(Instant, int, LinkModel, out Duration)"/>
    /// <param name="ecn">Codepoint of the datagram, before and after.</param>
    public bool TryPass(Instant now, int length, LinkModel model, ref EcnCodepoint ecn, out Duration delay)
    {
        delay = Duration.Zero;
        if (model.PolicerBytesPerSecond != 0 && !PassesPolicer(now, length, model))
        {
            DatagramsDropped++;
            return false;
        }

        ecn = model.ClearsEcn ? EcnCodepoint.NotCapable : ecn;
        if (model.RateBytesPerSecond == 0)
        {
            return true;
        }

        Instant leaves = Instant.Max(now, _busyUntil);
        Duration wait = leaves - now;
        bool isFull = wait.Seconds * model.RateBytesPerSecond > model.QueueBytes;

        // In a queue that keeps order the moment of leaving is known on arrival, so a discipline can judge at once.
        bool isToDrop = !isFull && model.Discipline == QueueDiscipline.CoDel && _coDel.ShouldDrop(leaves, wait);
        if (isToDrop && model.MarksEcn && ecn != EcnCodepoint.NotCapable)
        {
            ecn = EcnCodepoint.CongestionExperienced;
            DatagramsMarked++;
        }
        else if (isFull || isToDrop)
        {
            DatagramsDropped++;
            return false;
        }

        _busyUntil = leaves + Duration.FromSeconds((double)length / model.RateBytesPerSecond);
        delay = _busyUntil - now;
        NewestWait = wait;
        LongestWait = Duration.Max(LongestWait, wait);
        BytesPassed += length;
        return true;
    }

    /// <summary>Whether a datagram that leaves now falls victim to a burst.</summary>
    public bool IsBurstLoss(Instant now, BurstLoss bursts, SeededRandom random)
    {
        while (now >= _burstTurnsAt)
        {
            bool isFirst = _burstTurnsAt == Instant.Zero;
            _isBad = !isFirst && !_isBad;
            Duration mean = _isBad ? bursts.MeanBad : bursts.MeanGood;
            Instant from = isFirst ? now : _burstTurnsAt;
            _burstTurnsAt = from + new Duration(1 + (long)(mean.Nanoseconds * -Math.Log(1 - random.NextDouble())));
        }

        return _isBad && random.NextChance(bursts.LossWhenBad);
    }

    /// <summary>Whether the next datagram falls victim to a burst that is counted by datagrams.</summary>
    public bool IsBurstLoss(PacketBurstLoss bursts, SeededRandom random)
    {
        if (_burstLeft == 0)
        {
            if (!random.NextChance(bursts.Share / bursts.MeanDatagrams))
            {
                return false;
            }

            _burstLeft = 1 + random.NextInt32((int)(2 * bursts.MeanDatagrams) - 1);
        }

        _burstLeft--;
        return true;
    }

    private bool PassesPolicer(Instant now, int length, LinkModel model)
    {
        double gained = (now - _policedAt).Seconds * model.PolicerBytesPerSecond;
        _policedAt = now;
        _policerTokens = Math.Min(_policerTokens + gained, model.PolicerBurstBytes);
        if (_policerTokens < length)
        {
            return false;
        }

        _policerTokens -= length;
        return true;
    }
}
