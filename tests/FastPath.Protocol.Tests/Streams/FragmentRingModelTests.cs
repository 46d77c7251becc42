using FastPath.Buffers.Pooling;
using FastPath.Protocol.Streams;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Streams;

/// <summary>The ring beside a model that is an array of bytes: any order, any cutting, any number of readers that come and go.</summary>
public sealed class FragmentRingModelTests
{
    private const int Block = 64;
    private const int Capacity = 5 * Block;
    private const int PayloadMax = 1_500;

    [Property(MaxTest = 500)]
    [Trait("Scenario", "R8")]
    public Property Every_reader_sees_the_payload_and_memory_follows_the_slowest()
    {
        Arbitrary<(int Size, Step[] Steps)> cases = Arb.From(
            from size in Gen.Choose(0, PayloadMax)
            from steps in Gen.Choose(0, 120).SelectMany(count => Gen.ArrayOf(StepGenerator, count))
            select (size, steps));
        return Prop.ForAll(cases, c => Run(c.Size, c.Steps));
    }

    private static Gen<Step> StepGenerator =>
        from kind in Gen.Frequency(
            (6, Gen.Constant(StepKind.Write)),
            (6, Gen.Constant(StepKind.Read)),
            (1, Gen.Constant(StepKind.Fork)),
            (1, Gen.Constant(StepKind.Drop)),
            (2, Gen.Constant(StepKind.Reclaim)),
            (1, Gen.Constant(StepKind.Grow)))
        from a in Gen.Choose(0, int.MaxValue - 1)
        from b in Gen.Choose(1, 3 * Block)
        select new Step(kind, a, b);

    private static void Run(int size, Step[] steps)
    {
        var pool = new PinnedSlabPool(1_000 * Block, Block);
        byte[] payload = new byte[size];
        new Random(size).NextBytes(payload);
        FragmentRing ring = FragmentRing.TryCreate(pool, BufferHolder.ReceiveRing, 0, Capacity)!;
        var model = new Model(ring, payload);
        foreach (Step step in steps)
        {
            model.Apply(step);
        }

        model.Finish();
        Assert.Equal((0L, 0L), (pool.RentedBytes, pool.ReservedBytes));
    }

    private enum StepKind
    {
        Write,
        Read,
        Fork,
        Drop,
        Reclaim,
        Grow,
    }

    private sealed record Step(StepKind Kind, int A, int B);

    private sealed class Model
    {
        private readonly FragmentRing _ring;
        private readonly byte[] _payload;
        private readonly bool[] _have;
        private readonly List<(RingCursor Cursor, List<byte> Read)> _readers = [];
        private bool _everReclaimed;

        public Model(FragmentRing ring, byte[] payload)
        {
            _ring = ring;
            _payload = payload;
            _have = new bool[payload.Length];
            _readers.Add((ring.TryAddCursor()!, []));
            Assert.True(ring.TrySetFinalSize(payload.Length));
        }

        private int Frontier => Array.IndexOf(_have, false) is var hole and >= 0 ? hole : _have.Length;

        public void Apply(Step step)
        {
            switch (step.Kind)
            {
                case StepKind.Write when _payload.Length > 0:
                    // Around the window more often than anywhere, so that a run makes progress.
                    Write((int)Math.Min(_payload.Length - 1, Math.Max(0, _ring.ReclaimedTo - Block + (step.A % (Capacity + (2 * Block))))), step.B);
                    break;
                case StepKind.Read when _readers.Count > 0:
                    Read(step.A % _readers.Count, step.B);
                    break;
                case StepKind.Fork:
                    Fork();
                    break;
                case StepKind.Drop when _readers.Count > 1:
                    _ring.RemoveCursor(_readers[step.A % _readers.Count].Cursor);
                    _readers.RemoveAt(step.A % _readers.Count);
                    break;
                case StepKind.Reclaim:
                    Reclaim();
                    break;
                case StepKind.Grow:
                    _ring.TryGrow(_ring.Capacity + step.B);
                    break;
            }

            Assert.Equal(Frontier, _ring.Frontier);
            Assert.Equal(Frontier == _payload.Length, _ring.IsComplete);
            Assert.Equal(_have.Skip(Frontier).Count(b => b), _ring.ReorderedBytes);
            Assert.True(_ring.PinnedBytes <= _ring.Capacity + (2 * Block));
        }

        public void Finish()
        {
            foreach ((RingCursor cursor, List<byte> read) in _readers.ToArray())
            {
                ReadTo(cursor, read, Frontier);
                Assert.Equal(_payload.Take(Frontier), read);
                _ring.RemoveCursor(cursor);
            }

            _ring.Abandon();
        }

        private void Write(int start, int length)
        {
            int end = Math.Min(_payload.Length, start + length);
            bool isBeyond = end > _ring.ReclaimedTo + _ring.Capacity;
            int expected = _have[start..end].Count(b => !b);
            RingWriteResult result = _ring.Write(start, _payload.AsSpan(start, end - start), out long newBytes);
            if (isBeyond)
            {
                Assert.Equal(RingWriteResult.BeyondWindow, result);
                return;
            }

            Assert.Equal(expected > 0 ? RingWriteResult.Stored : RingWriteResult.Duplicate, result);
            Assert.Equal(expected, newBytes);
            _have.AsSpan(start, end - start).Fill(true);
        }

        private void Read(int reader, int length)
        {
            (RingCursor cursor, List<byte> read) = _readers[reader];
            ReadTo(cursor, read, Math.Min(Frontier, (int)cursor.Position + length));
        }

        private void ReadTo(RingCursor cursor, List<byte> read, int to)
        {
            byte[] part = new byte[to - cursor.Position];
            _ring.CopyTo(cursor.Position, part);
            read.AddRange(part);
            cursor.Advance(to);
        }

        private void Fork()
        {
            RingCursor? cursor = _ring.TryAddCursor();
            Assert.Equal(_everReclaimed, cursor is null);
            if (cursor is not null)
            {
                _readers.Add((cursor, []));
            }
        }

        private void Reclaim()
        {
            long slowest = _readers.Min(reader => reader.Cursor.Position);
            Assert.Equal(slowest, _ring.Reclaim());
            _everReclaimed |= slowest > 0;
        }
    }
}
