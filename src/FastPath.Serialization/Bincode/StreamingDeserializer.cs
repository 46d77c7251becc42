using System.Buffers.Binary;

namespace FastPath.Serialization.Bincode;

/// <summary>
/// Reads one value from spans as they come, of whatever size. Every field reaches the sink as soon as its last byte is
/// there, bodies piece by piece and uncopied. Bad bytes end in <see cref="DecodeStatus.Malformed"/> and never throw.
/// </summary>
/// <remarks>
/// Its memory is fixed at the start: no length of a peer makes it grow. Exceptions of the sink pass through.
/// </remarks>
public sealed class StreamingDeserializer
{
    private const int DepthMax = 8;

    private readonly IFieldSink _sink;
    private readonly DecodeLimits _limits;
    private readonly long _totalLength;
    private readonly Frame[] _frames = new Frame[DepthMax];
    private readonly byte[] _gathered = new byte[Step.SizeMax];
    private int _depth;
    private int _gatheredLength;
    private Step? _body;
    private long _bodyStart;
    private long _bodyLeft;
    private Utf8Validator _text;
    private bool _keepsRule;

    /// <param name="steps">The fields of the type.</param>
    /// <param name="sink">Hears of the fields.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="totalLength">Bytes that will come in all, when known: what does not fit is refused.</param>
    internal StreamingDeserializer(Step[] steps, IFieldSink sink, DecodeLimits limits, long? totalLength)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength ?? 0);
        _sink = sink;
        _limits = limits;
        _totalLength = totalLength ?? long.MaxValue;
        Enter(steps, 1);
        Settle();
    }

    /// <summary>How far the value has been read.</summary>
    public DecodeStatus Status { get; private set; }

    /// <summary>What is wrong, once the status is <see cref="DecodeStatus.Malformed"/>.</summary>
    public BincodeError Error { get; private set; }

    /// <summary>Bytes read so far; when done, the length of the value.</summary>
    public long Position { get; private set; }

    /// <summary>Takes the next bytes. Those behind the end of the value are left alone.</summary>
    public DecodeStatus Push(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..(int)Math.Min(bytes.Length, _totalLength - Position)];
        while (Status == DecodeStatus.NeedMoreData && !bytes.IsEmpty)
        {
            int taken = _bodyLeft > 0 ? TakeBody(bytes) : TakeField(bytes);
            bytes = bytes[taken..];
        }

        if (Status == DecodeStatus.Done && !bytes.IsEmpty && _limits.RejectTrailingBytes)
        {
            Fail(BincodeErrorKind.TrailingBytes, Position);
        }

        return Status;
    }

    /// <summary>Says that no more bytes come: a value that is not complete is then malformed.</summary>
    public DecodeStatus Finish()
    {
        if (Status == DecodeStatus.NeedMoreData)
        {
            Fail(BincodeErrorKind.UnexpectedEnd, FieldStart);
        }

        return Status;
    }

    private int TakeBody(ReadOnlySpan<byte> bytes)
    {
        int count = (int)Math.Min(bytes.Length, _bodyLeft);
        _bodyLeft -= count;
        Position += count;
        Judge(_body!, bytes[..count]);
        if (Status == DecodeStatus.NeedMoreData)
        {
            _sink.OnBytes(_body!.Field, bytes[..count]);
            Settle();
        }

        return count;
    }

    private void Judge(Step step, ReadOnlySpan<byte> piece)
    {
        if (step.Kind == StepKind.Text)
        {
            bool isValid = _text.TryPush(piece) && (_bodyLeft > 0 || _text.TryFinish());
            Check(isValid, BincodeErrorKind.InvalidUtf8, _bodyStart);
        }

        if (step.Rule is not null)
        {
            _keepsRule = _keepsRule && step.Rule.Allows(piece);
            Check(_keepsRule || _bodyLeft > 0, BincodeErrorKind.InvalidValue, _bodyStart);
        }
    }

    private int TakeField(ReadOnlySpan<byte> bytes)
    {
        Step step = Current;
        int count = Math.Min(bytes.Length, step.Size - _gatheredLength);
        Position += count;
        if (count == step.Size)
        {
            Complete(step, bytes[..count]);
            return count;
        }

        bytes[..count].CopyTo(_gathered.AsSpan(_gatheredLength));
        _gatheredLength += count;
        if (_gatheredLength == step.Size)
        {
            _gatheredLength = 0;
            Complete(step, _gathered.AsSpan(0, step.Size));
        }

        return count;
    }

    private void Complete(Step step, ReadOnlySpan<byte> value)
    {
        long start = Position - step.Size;
        _frames[_depth - 1].Next++;
        switch (step.Kind)
        {
            case StepKind.Bytes or StepKind.Text:
                StartBody(step, BinaryPrimitives.ReadUInt64LittleEndian(value), start);
                break;
            case StepKind.Repeat:
                StartRepeat(step, BinaryPrimitives.ReadUInt64LittleEndian(value), start);
                break;
            case StepKind.Choice:
                uint index = BinaryPrimitives.ReadUInt32LittleEndian(value);
                Check(index < step.Inner.Length, BincodeErrorKind.InvalidVariant, start);
                Step[] variant = index < step.Inner.Length ? step.Inner[index] : [];
                Check(variant != Step.Unsupported, BincodeErrorKind.UnsupportedVariant, start);
                Deliver(step, value, variant);
                break;
            case StepKind.Option:
                Check(value[0] <= 1, BincodeErrorKind.InvalidOptionTag, start);
                Deliver(step, value, value[0] == 1 ? step.Inner[0] : []);
                break;
            case StepKind.Bool:
                Check(value[0] <= 1, BincodeErrorKind.InvalidBool, start);
                Deliver(step, value, []);
                break;
            default:
                Deliver(step, value, []);
                break;
        }

        Settle();
    }

    private void Deliver(Step step, ReadOnlySpan<byte> value, Step[] inner)
    {
        if (Status == DecodeStatus.NeedMoreData)
        {
            _sink.OnField(step.Field, value);
            Enter(inner, 1);
        }
    }

    private void StartBody(Step step, ulong length, long start)
    {
        Check(length <= (ulong)(_totalLength - Position), BincodeErrorKind.UnexpectedEnd, start);
        Check(length <= (ulong)_limits.Of(step.Field), BincodeErrorKind.LimitExceeded, start);
        if (Status == DecodeStatus.NeedMoreData)
        {
            _body = step;
            _bodyStart = start;
            _bodyLeft = (long)length;
            _text = default;
            _keepsRule = step.Rule is null || step.Rule.Length == _bodyLeft;
            Check(_bodyLeft > 0 || _keepsRule, BincodeErrorKind.InvalidValue, start);
            _sink.OnLength(step.Field, _bodyLeft);
        }
    }

    private void StartRepeat(Step step, ulong count, long start)
    {
        long limit = _limits.Of(step.Field);
        Check(limit == long.MaxValue || count <= (ulong)limit, BincodeErrorKind.LimitExceeded, start);
        if (Status == DecodeStatus.NeedMoreData)
        {
            _sink.OnLength(step.Field, (long)Math.Min(count, long.MaxValue));
            Enter(step.Inner[0], count);
        }
    }

    // Leaves what is finished, then looks whether the next field can still fit.
    private void Settle()
    {
        if (Status != DecodeStatus.NeedMoreData || _bodyLeft > 0)
        {
            return;
        }

        while (_depth > 0 && _frames[_depth - 1].Next == _frames[_depth - 1].Steps.Length)
        {
            ref Frame frame = ref _frames[_depth - 1];
            frame.Next = 0;
            if (--frame.RoundsLeft == 0)
            {
                _depth--;
            }
        }

        if (_depth > 0)
        {
            Check(Current.Size <= _totalLength - Position, BincodeErrorKind.UnexpectedEnd, Position);
            return;
        }

        Status = DecodeStatus.Done;
        bool announcedMore = _totalLength != long.MaxValue && Position < _totalLength;
        Check(!(announcedMore && _limits.RejectTrailingBytes), BincodeErrorKind.TrailingBytes, Position);
    }

    // A body counts from its length on.
    private long FieldStart => _bodyLeft > 0 ? _bodyStart : Position - _gatheredLength;

    private Step Current => _frames[_depth - 1].Steps[_frames[_depth - 1].Next];

    private void Enter(Step[] steps, ulong rounds)
    {
        if (steps.Length > 0 && rounds > 0)
        {
            _frames[_depth++] = new Frame { Steps = steps, RoundsLeft = rounds };
        }
    }

    private void Check(bool holds, BincodeErrorKind otherwise, long offset)
    {
        if (!holds)
        {
            Fail(otherwise, offset);
        }
    }

    private void Fail(BincodeErrorKind kind, long offset)
    {
        if (Status != DecodeStatus.Malformed)
        {
            Status = DecodeStatus.Malformed;
            Error = new BincodeError(kind, offset);
        }
    }

    // A list of steps being read, for the how-manyth of its rounds.
    private struct Frame
    {
        public Step[] Steps;
        public int Next;
        public ulong RoundsLeft;
    }
}
