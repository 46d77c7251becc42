using FastPath.Buffers.Datagrams;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Tests.Streams;

/// <summary>Loses the datagram that carries one byte of a stream, and what is sent again after it, so many times.</summary>
/// <remarks>Datagrams are sealed; the sender's own counts, which have just moved, tell what the newest one carries.</remarks>
internal sealed class FragmentLoss
{
    private readonly long _target;
    private readonly int _times;
    private SimulatedWriter? _writer;
    private long _highestSent;
    private long _sentAgain;

    public FragmentLoss(SimulatedNetwork world, PeerAddress sender, long target, int times)
    {
        _target = target;
        _times = times;
        world.Intercept = (from, _, _) =>
        {
            bool isLost = from == sender && Carries() && Lost < _times;
            Lost += isLost ? 1 : 0;
            return !isLost;
        };
    }

    public int Lost { get; private set; }

    public SimulatedWriter Watch(SimulatedWriter writer) => _writer = writer;

    private bool Carries()
    {
        if (_writer is null)
        {
            return false;
        }

        bool isFirst = _highestSent <= _target && _writer.Stream.HighestSent > _target;
        bool isAgain = Lost > 0 && _writer.Stream.PayloadBytesSentAgain > _sentAgain;
        _highestSent = _writer.Stream.HighestSent;
        _sentAgain = _writer.Stream.PayloadBytesSentAgain;
        return isFirst || isAgain;
    }
}
