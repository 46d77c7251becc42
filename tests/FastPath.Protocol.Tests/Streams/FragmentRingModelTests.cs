using FastPath.Buffers.Pooling;
using FastPath.Protocol.Streams;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Protocol.Tests.Streams;

/// <summary>
/// The ring beside a model that is an array of bytes: any start, any order, any cutting, a claim that is taken late or never,
/// any number of readers that come, hold on to what they see, and go, and a writing side that may give up at any moment.
/// </summary>
public sealed class FragmentRingModelTests
{
    private const int Block = 64;
    private const int Capacity = 5 * Block;
    private const int PayloadMax = 1_500;

    [Property(MaxTest = 1_000)]
    [Trait("Scenario", "R8")]
    [Trait("Scenario", "P1")]
    public Property Every_reader_sees_the_payload_and_memory_follows_the_slowest()
    {
        Arbitrary<(int Start, int Size, Step[] Steps)> cases = Arb.From(
            from start in Gen.OneOf(Gen.Constant(0), Gen.Choose(0, 3 * Block))
            from size in Gen.Choose(0, PayloadMax)
            from steps in Gen.Choose(0, 150).SelectMany(count => Gen.ArrayOf(StepGenerator, count))
            select (start, size, steps));
        return Prop.ForAll(cases, c => Run(c.Start, c.Size, c.Steps));
    }

    private static Gen<Step> StepGenerator =>
        from kind in Gen.Frequency(
            (40, Gen.Constant(StepKind.Write)),
            (10, Gen.Constant(StepKind.WriteInPlace)),
            (30, Gen.Constant(StepKind.Read)),
            (10, Gen.Constant(StepKind.Look)),
            (10, Gen.Constant(StepKind.Fork)),
            (10, Gen.Constant(StepKind.Drop)),
            (20, Gen.Constant(StepKind.Reclaim)),
            (5, Gen.Constant(StepKind.Claim)),
            (5, Gen.Constant(StepKind.Grow)),
            (1, Gen.Constant(StepKind.Abandon)))
        from a in Gen.Choose(0, int.MaxValue - 1)
        from b in Gen.Choose(1, 3 * Block)
        select new Step(kind, a, b);

    private static void Run(int start, int size, Step[] steps)
    {
        var model = new Model(start, size);
        foreach (Step step in steps)
        {
            model.Apply(step);
        }

        model.Finish();
    }

    private enum StepKind
    {
        Write,
        WriteInPlace,
        Read,
        Look,
        Fork,
        Drop,
        Reclaim,
        Claim,
        Grow,
        Abandon,
    }

    private sealed record Step(StepKind Kind, int A, int B);

    /// <summary>One reader: its cursor, what it has read, and a part that it still looks at.</summary>
    private sealed class Reader(RingCursor cursor)
    {
        public RingCursor Cursor { get; } = cursor;

        public List<byte> Read { get; } = [];

        public ReadOnlyMemory<byte> Held { get; set; }

        /// <summary>The claim of a stream that nobody has taken yet: it stands at the start.</summary>
        public bool IsIdle { get; set; }
    }

    private sealed class Model
    {
        private readonly PinnedSlabPool _pool = new(1_000 * Block, Block);
        private readonly FragmentRing _ring;
        private readonly int _start;
        private readonly byte[] _payload;
        private readonly bool[] _have;
        private readonly List<Reader> _readers = [];
        private bool _everReclaimed;
        private int _reclaims;
        private bool _isAbandoned;
        private bool _isReleased;

        public Model(int start, int size)
        {
            _start = start;
            _payload = new byte[start + size];
            new Random(size).NextBytes(_payload);
            _have = new bool[start + size];
            _have.AsSpan(0, start).Fill(true);
            _ring = FragmentRing.TryCreate(_pool, BufferHolder.ReceiveRing, start, Capacity)!;
            _readers.Add(new Reader(_ring.TryAddCursor()!) { IsIdle = true });
            Assert.True(_ring.TrySetFinalSize(_payload.Length));
        }

        private int Frontier => Array.IndexOf(_have, false) is var hole and >= 0 ? hole : _have.Length;

        public void Apply(Step step)
        {
            switch (step.Kind)
            {
                case StepKind.Write when _payload.Length > _start && !_isAbandoned:
                    // Around the window more often than anywhere, so that a run makes progress.
                    long near = _ring.ReclaimedTo - Block + (step.A % (Capacity + (2 * Block)));
                    Write((int)Math.Min(_payload.Length - 1, Math.Max(0, near)), step.B);
                    break;
                case StepKind.WriteInPlace when !_isAbandoned && _ring.HighestEnd == _ring.Frontier:
                    WriteInPlace(step.B);
                    break;
                case StepKind.Read when Pick(step) is { IsIdle: false } reader:
                    Advance(reader, Math.Min(Frontier, (int)reader.Cursor.Position + step.B));
                    break;
                case StepKind.Look when Pick(step) is { IsIdle: false, Held.IsEmpty: true } reader && reader.Cursor.Position < Frontier:
                    reader.Held = _ring.Peek(reader.Cursor.Position, Frontier);
                    break;
                case StepKind.Claim:
                    _readers.ForEach(reader => reader.IsIdle = false);
                    break;
                case StepKind.Fork:
                    Fork();
                    break;
                case StepKind.Drop when Pick(step) is { } reader:
                    Drop(reader);
                    break;
                case StepKind.Reclaim when !_isReleased:
                    Reclaim();
                    break;
                case StepKind.Grow when !_isAbandoned:
                    Assert.True(_ring.TryGrow(_ring.Capacity + step.B));
                    break;
                case StepKind.Abandon:
                    _isAbandoned = true;
                    _ring.Abandon();
                    break;
            }

            Check();
        }

        public void Finish()
        {
            foreach (Reader reader in _readers.ToArray())
            {
                Advance(reader, Frontier);
                Assert.Equal(_payload[_start..Frontier], reader.Read);
                Drop(reader);
            }

            _isAbandoned = true;
            _ring.Abandon();
            Check();
            Assert.True(_isReleased);
        }

        private Reader? Pick(Step step) => _readers.Count == 0 ? null : _readers[step.A % _readers.Count];

        private void Check()
        {
            _isReleased |= _isAbandoned && _readers.Count == 0;
            if (_isReleased)
            {
                Assert.Equal((0L, 0L), (_pool.RentedBytes, _pool.ReservedBytes));
                return;
            }

            Assert.Equal(Frontier, _ring.Frontier);
            Assert.Equal(Frontier == _payload.Length, _ring.IsComplete);
            Assert.Equal(_have.Skip(Frontier).Count(b => b), _ring.ReorderedBytes);
            Assert.True(_ring.PinnedBytes <= _ring.Capacity + (2 * Block));
            Assert.Equal(_ring.PinnedBytes, _pool.RentedBytes);
            foreach (Reader reader in _readers.Where(reader => !reader.Held.IsEmpty))
            {
                // What a reader looks at is its own until it advances, whatever happened meanwhile.
                Assert.True(reader.Held.Span.SequenceEqual(_payload.AsSpan((int)reader.Cursor.Position, reader.Held.Length)));
            }
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

        private void WriteInPlace(int length)
        {
            int at = Frontier;
            long free = _ring.ReclaimedTo + _ring.Capacity - at;
            Memory<byte> space = _ring.GetSpace();
            Assert.Equal(free == 0, space.IsEmpty);
            Assert.True(space.Length <= free);
            length = Math.Min(Math.Min(length, space.Length), _payload.Length - at);
            if (length > 0)
            {
                _payload.AsSpan(at, length).CopyTo(space.Span);
                _ring.CommitInPlace(length);
                _have.AsSpan(at, length).Fill(true);
            }
        }

        private void Advance(Reader reader, int to)
        {
            int from = (int)reader.Cursor.Position;
            byte[] part = new byte[to - from];
            _ring.CopyTo(from, part);
            reader.Read.AddRange(part);
            reader.Held = default;
            reader.Cursor.Advance(to);
        }

        private void Fork()
        {
            RingCursor? cursor = _ring.TryAddCursor();
            Assert.Equal(_everReclaimed || _isReleased, cursor is null);
            if (cursor is not null)
            {
                Assert.Equal(_start, cursor.Position);
                _readers.Add(new Reader(cursor));
            }
        }

        private void Drop(Reader reader)
        {
            _ring.RemoveCursor(reader.Cursor);
            _ring.RemoveCursor(reader.Cursor);
            _readers.Remove(reader);
        }

        /// <summary>What every live reader has passed, all of it when there is none.</summary>
        private void Reclaim()
        {
            long slowest = _readers.Count == 0 ? Frontier : _readers.Min(reader => reader.Cursor.Position);
            Assert.Equal(slowest, ++_reclaims % 2 == 0 ? _ring.ReclaimIdle() : _ring.Reclaim());
            _everReclaimed |= slowest > _start;
        }
    }
}
