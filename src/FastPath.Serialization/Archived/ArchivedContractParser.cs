using FastPath.Serialization.Bincode;
using FastPath.Serialization.Contracts;

namespace FastPath.Serialization.Archived;

/// <summary>
/// Reads FastPath's archived form from spans as they come, of whatever size. Bodies reach the sink piece by piece and
/// uncopied; only the head is gathered. Bad bytes end in <see cref="DecodeStatus.Malformed"/> and never throw.
/// </summary>
/// <remarks>
/// Its memory is fixed at the start. Exceptions of the sink pass through. The sink hears of key and code hash after 128
/// bytes, before any body, and of the container's key again behind the code, where other forms have it.
/// </remarks>
internal sealed class ArchivedContractParser
{
    private static readonly Field[] Sections = [Field.Parameters, Field.Code, Field.State];

    private readonly IContractSink _sink;
    private readonly DecodeLimits _limits;
    private readonly long? _totalLength;
    private readonly byte[] _gathered = new byte[ArchivedLayout.HeadLength];
    private ArchivedHead _head;
    private ContractKey _key;
    private int _section = -1;
    private long _bodyLeft;
    private int _paddingLeft;

    /// <param name="sink">Hears of the fields.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="totalLength">Bytes that will come in all, when known: what does not fit is refused.</param>
    public ArchivedContractParser(IContractSink sink, DecodeLimits? limits = null, long? totalLength = null)
    {
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentOutOfRangeException.ThrowIfNegative(totalLength ?? 0);
        _sink = sink;
        _limits = limits ?? DecodeLimits.Default;
        _totalLength = totalLength;
        if (totalLength < ArchivedLayout.HeadLength)
        {
            Fail(ArchiveErrorKind.Truncated, totalLength.GetValueOrDefault());
        }
    }

    /// <summary>How far the archive has been read.</summary>
    public DecodeStatus Status { get; private set; }

    /// <summary>What is wrong, once the status is <see cref="DecodeStatus.Malformed"/>.</summary>
    public ArchiveError Error { get; private set; }

    /// <summary>Bytes read so far; when done, the length of the archive.</summary>
    public long Position { get; private set; }

    /// <summary>Takes the next bytes. Those behind the end of the archive are left alone.</summary>
    public DecodeStatus Push(ReadOnlySpan<byte> bytes)
    {
        while (Status == DecodeStatus.NeedMoreData && !bytes.IsEmpty)
        {
            int taken = _section < 0 ? TakeHead(bytes) : _bodyLeft > 0 ? TakeBody(bytes) : TakePadding(bytes);
            bytes = bytes[taken..];
        }

        if (Status == DecodeStatus.Done && !bytes.IsEmpty && _limits.RejectTrailingBytes)
        {
            Fail(ArchiveErrorKind.TrailingBytes, Position);
        }

        return Status;
    }

    /// <summary>Says that no more bytes come: an archive that is not complete is then malformed.</summary>
    public DecodeStatus Finish()
    {
        if (Status == DecodeStatus.NeedMoreData)
        {
            Fail(ArchiveErrorKind.Truncated, Position);
        }

        return Status;
    }

    private int TakeHead(ReadOnlySpan<byte> bytes)
    {
        int gathered = (int)Position;
        int count = Math.Min(bytes.Length, ArchivedLayout.HeadLength - gathered);
        bytes[..count].CopyTo(_gathered.AsSpan(gathered));
        Position += count;
        if (Position == ArchivedLayout.HeadLength)
        {
            OpenHead();
        }

        return count;
    }

    private void OpenHead()
    {
        if (!ArchivedHead.TryRead(_gathered, out _head, out ArchiveError error))
        {
            Fail(error.Kind, error.Offset);
        }
        else if (_totalLength < _head.TotalLength)
        {
            Fail(ArchiveErrorKind.Truncated, _totalLength.GetValueOrDefault());
        }
        else if (_totalLength > _head.TotalLength && _limits.RejectTrailingBytes)
        {
            Fail(ArchiveErrorKind.TrailingBytes, _head.TotalLength);
        }
        else if (CheckLimit(Field.Parameters, _head.ParametersLength, ArchivedLayout.ParametersLengthOffset)
            && CheckLimit(Field.Code, _head.CodeLength, ArchivedLayout.CodeLengthOffset)
            && CheckLimit(Field.State, _head.StateLength, ArchivedLayout.StateLengthOffset))
        {
            _key = ContractKey.Read(_gathered.AsSpan(ArchivedLayout.KeyOffset));
            _sink.OnContractInstance(_key.Instance);
            _sink.OnContractKey(_key);
            if (_head.HasContract)
            {
                _sink.OnCodeHash(CodeHash.Read(_gathered.AsSpan(ArchivedLayout.CodeHashOffset)));
            }

            Settle();
        }
    }

    private int TakeBody(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> piece = bytes[..(int)Math.Min(bytes.Length, _bodyLeft)];
        _bodyLeft -= piece.Length;
        Position += piece.Length;
        switch (Sections[_section])
        {
            case Field.Parameters:
                _sink.OnParameters(piece);
                break;
            case Field.Code:
                _sink.OnCode(piece);
                break;
            default:
                _sink.OnState(piece);
                break;
        }

        if (_bodyLeft == 0)
        {
            EndBody();
            Settle();
        }

        return piece.Length;
    }

    private int TakePadding(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _paddingLeft);
        int bad = bytes[..count].IndexOfAnyExcept((byte)0);
        if (bad >= 0)
        {
            Fail(ArchiveErrorKind.BadPadding, Position + bad);
            return count;
        }

        _paddingLeft -= count;
        Position += count;
        Settle();
        return count;
    }

    // Goes on to the next section that has bytes; behind the last one the archive is read.
    private void Settle()
    {
        while (_bodyLeft == 0 && _paddingLeft == 0)
        {
            _section++;
            if (_section == Sections.Length)
            {
                Status = DecodeStatus.Done;
                return;
            }

            StartBody(Sections[_section]);
        }
    }

    private void StartBody(Field section)
    {
        bool isThere = section == Field.State ? _head.HasState : _head.HasContract;
        if (!isThere)
        {
            return;
        }

        switch (section)
        {
            case Field.Parameters:
                _bodyLeft = _head.ParametersLength;
                _sink.OnParametersStart(_bodyLeft);
                break;
            case Field.Code:
                _bodyLeft = _head.CodeLength;
                _sink.OnCodeStart(_bodyLeft);
                break;
            default:
                _bodyLeft = _head.StateLength;
                _sink.OnStateStart(_bodyLeft);
                break;
        }

        _paddingLeft = ArchivedLayout.PaddingOf(_bodyLeft);
        if (_bodyLeft == 0)
        {
            EndBody();
        }
    }

    private void EndBody()
    {
        if (Sections[_section] == Field.Code)
        {
            _sink.OnContainerKey(_key);
        }
    }

    private bool CheckLimit(Field section, long length, int offset)
    {
        if (length <= _limits.Of(section))
        {
            return true;
        }

        Fail(ArchiveErrorKind.LimitExceeded, offset);
        return false;
    }

    private void Fail(ArchiveErrorKind kind, long offset)
    {
        if (Status != DecodeStatus.Malformed)
        {
            Status = DecodeStatus.Malformed;
            Error = new ArchiveError(kind, offset);
        }
    }
}
