using FastPath.Protocol.Congestion;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Randomness;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Tests.Recovery;

/// <summary>Recovery beside a plain record of each packet, through random schedules of loss, reordering and repeated ranges.</summary>
public sealed class LossRecoveryModelTests
{
    private const int Size = 1_200;

    [Theory]
    [InlineData(nameof(CongestionAlgorithm.Cubic))]
    [InlineData(nameof(CongestionAlgorithm.Bbr))]
    [InlineData(nameof(CongestionAlgorithm.Ledbat))]
    [Trait("Scenario", "F6")]
    public void Flight_is_the_sum_of_what_is_neither_acknowledged_nor_lost(string algorithm)
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            new Schedule(seed, Enum.Parse<CongestionAlgorithm>(algorithm)).Run(steps: 600);
        }

        // Short ones, so many that what only a rare order of events does is among them: 10^5 of all algorithms.
        for (ulong seed = 1_001; seed <= 34_400; seed++)
        {
            new Schedule(seed, Enum.Parse<CongestionAlgorithm>(algorithm)).Run(steps: 12);
        }
    }

    private sealed class Schedule : IFrameFateSink
    {
        private readonly SeededRandom _random;
        private readonly ulong _seed;
        private readonly LossRecovery _recovery;
        private readonly AckTracker _received = new(Duration.FromMilliseconds(5));
        private readonly PriorityQueue<ulong, long> _underWay = new();
        private readonly Dictionary<ulong, int> _inFlight = [];
        private readonly HashSet<ulong> _acknowledged = [];
        private readonly AckRange[] _ranges = new AckRange[AckFrame.RangesMax];
        private bool _isTimeout;
        private Instant _now;

        public Schedule(ulong seed, CongestionAlgorithm algorithm)
        {
            _seed = seed;
            _random = new SeededRandom(seed);
            RecoverySettings settings = RecoverySettings.Default with { Congestion = algorithm };
            _recovery = new LossRecovery(CongestionControllers.Create(settings, Size, seed), settings);
        }

        public void Run(int steps)
        {
            double loss = _random.NextDouble() * 0.3;
            int spread = 1 + _random.NextInt32(60_000);
            for (int step = 0; step < steps; step++)
            {
                _now += Duration.FromMicroseconds(_random.NextInt32(8_000));
                Send(1 + _random.NextInt32(4), loss, spread);
                Turn();
            }

            // Everything still under way comes, and two more packets with it; what an ACK has no room for is lost by time.
            Send(2, loss: 0, spread);
            _now += Duration.FromSeconds(60);
            Turn();
            Acknowledge();
            for (int i = 0; i < 1_000 && _recovery.NextDeadline != Instant.Never; i++)
            {
                _now = Instant.Max(_now, _recovery.NextDeadline);
                _isTimeout = true;
                _recovery.HandleTimeout(_now, this);
            }

            Assert.True(_recovery is { BytesInFlight: 0, IsQuiescent: true }, $"seed {_seed}: {_recovery.BytesInFlight} left");
        }

        public void OnFrameAcknowledged(in SentFrame frame)
        {
            Assert.True(_acknowledged.Add(frame.Id), $"seed {_seed}: {frame.Id} acknowledged twice");
            _inFlight.Remove(frame.Id);
        }

        public void OnFrameLost(in SentFrame frame)
        {
            Assert.False(_acknowledged.Contains(frame.Id), $"seed {_seed}: {frame.Id} lost after it was acknowledged");
            if (_isTimeout && _recovery.ProbesOwed > 0 && _inFlight.ContainsKey(frame.Id))
            {
                // Offered as a probe: it stays in flight.
                return;
            }

            Assert.True(_inFlight.Remove(frame.Id), $"seed {_seed}: {frame.Id} lost twice");
        }

        private void Send(int count, double loss, int spread)
        {
            for (int i = 0; i < count; i++)
            {
                ulong number = _recovery.NextPacketNumber;
                int size = 100 + _random.NextInt32(Size);
                bool isEliciting = _random.NextChance(0.9);
                SentFrame[] frames = isEliciting ? [new SentFrame(FrameType.Fragment, number)] : [];
                _recovery.OnPacketSent(_now, size, isEliciting, _random.NextChance(0.1), frames);
                if (isEliciting)
                {
                    _inFlight.Add(number, size);
                }

                if (!_random.NextChance(loss))
                {
                    _underWay.Enqueue(number, _now.Nanoseconds + 20_000_000 + (_random.NextInt32(spread) * 1_000L));
                }
            }
        }

        private void Turn()
        {
            while (_underWay.TryPeek(out ulong number, out long at) && at <= _now.Nanoseconds)
            {
                _underWay.Dequeue();
                _received.OnPacketReceived(number, true, new Instant(at));
            }

            if (_now >= _recovery.NextDeadline)
            {
                _isTimeout = true;
                _recovery.HandleTimeout(_now, this);
                _isTimeout = false;
            }

            if (_random.NextChance(0.5))
            {
                Acknowledge();
            }

            Assert.True(_recovery.BytesInFlight == _inFlight.Values.Sum(size => (long)size), $"seed {_seed} at {_now}");
            Assert.Equal(_inFlight.Count == 0, _recovery.IsQuiescent);
        }

        private void Acknowledge()
        {
            if (_received.CopyRanges(_ranges) is var count and > 0)
            {
                Assert.NotEqual(AckResult.Invalid, _recovery.HandleAck(_now, Duration.Zero, _ranges.AsSpan(0, count), this));
            }
        }
    }
}
