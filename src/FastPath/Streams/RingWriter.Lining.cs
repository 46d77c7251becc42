using FastPath.Engine;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>The writer's place in line, while other streams keep the loop busy.</summary>
internal sealed partial class RingWriter
{
    // Once its stream has nothing left to send it stands in line; before, it would come back for less.
    private bool _isHeld;
    private bool _isInLine;

    /// <summary>One target and no reader of this node: nobody else waits for the bytes.</summary>
    bool ISendListener.FillsInTurn => _routes.Length == 1 && Volatile.Read(ref _readers).Length == 0;

    long ILinedWriter.WindowBytes => Ring.Capacity;

    void ISendListener.OnLeftTurns(SendStream stream)
    {
        if (_isHeld)
        {
            StandInLine();
        }
    }

    void ILinedWriter.LetGo()
    {
        _isInLine = false;
        _space.Set();
    }

    /// <summary>Bytes were acknowledged: whoever waits for room stays where he is while the loop has others to send.</summary>
    private bool TryHold(SendStream stream)
    {
        if (!_isInLine)
        {
            _isHeld = Waiting > 0 && stream.IsFilledInTurn && _loop.Writers.IsClosed(stream.IsQueued);
            if (_isHeld && !stream.IsQueued)
            {
                StandInLine();
            }
        }

        if (_isInLine && stream.AcknowledgedTo == stream.HighestSent)
        {
            // Its blocks go to whoever writes next, who finds them warm, not back to it when they are cold.
            ReclaimAll();
        }

        return _isInLine || _isHeld;
    }

    private void StandInLine()
    {
        _isHeld = false;
        _isInLine = true;
        _loop.Writers.Add(this);
    }
}
