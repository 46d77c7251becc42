using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>The writer's place in line, while other streams keep the loop busy.</summary>
internal sealed partial class RingWriter
{
    // Once its stream has nothing left to send it stands in line; before, it would come back for less.
    private bool _isHeld;
    private bool _isInLine;

    // Its turn ends where this many bytes are written: the loop thread decides, and the writing thread stops there.
    private long _turnEnd = long.MaxValue;
    private bool _asksForTurn;

    /// <summary>One target and no reader of this node: nobody else waits for the bytes.</summary>
    bool ISendListener.FillsInTurn => _routes.Length == 1 && Volatile.Read(ref _readers).Length == 0;

    long ILinedWriter.WindowBytes => Ring.Capacity;

    private bool IsTurnOver => Ring.Frontier >= Volatile.Read(ref _turnEnd);

    void ISendListener.OnLeftTurns(SendStream stream)
    {
        if (_isHeld)
        {
            StandInLine();
        }
    }

    void ILinedWriter.LetGo(long turnBytes)
    {
        _isInLine = false;
        BeginTurn(Ring.Frontier + turnBytes);
    }

    /// <summary>Bytes were acknowledged: whoever waits for room stays where he is while the loop has others to send.</summary>
    private bool TryHold(SendStream stream)
    {
        FindPlace(stream);
        if (_isInLine && stream.AcknowledgedTo == stream.HighestSent)
        {
            // Its blocks go to whoever writes next, who finds them warm, not back to it when they are cold.
            ReclaimAll();
        }

        return _isInLine || _isHeld;
    }

    private void FindPlace(SendStream stream)
    {
        if (_isInLine)
        {
            return;
        }

        bool isClosed = stream.IsFilledInTurn && _loop.Writers.IsClosed(stream.IsQueued);
        _isHeld = isClosed && (Waiting > 0 || Volatile.Read(ref _asksForTurn));
        if (_isHeld && !stream.IsQueued)
        {
            StandInLine();
        }
        else if (!isClosed && IsTurnOver)
        {
            // The others are gone: nothing bounds it any more but its window.
            BeginTurn(long.MaxValue);
        }
    }

    /// <summary>A writer found its turn over, whether it waits or looks again later; perhaps no acknowledgement will come any more.</summary>
    private void AskForTurn()
    {
        Volatile.Write(ref _asksForTurn, true);
        _offer.Post();
    }

    private void BeginTurn(long end)
    {
        Volatile.Write(ref _asksForTurn, false);
        Volatile.Write(ref _turnEnd, end);
        _space.Set();
    }

    private void StandInLine()
    {
        _isHeld = false;
        _isInLine = true;
        _loop.Writers.Add(this);
    }
}
