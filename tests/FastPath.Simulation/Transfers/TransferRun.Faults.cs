using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Transfers;

/// <summary>Brings the fault about: at its step, at its place, for its length.</summary>
internal sealed partial class TransferRun
{
    private bool _readerCancels;
    private bool _faultHappened;
    private Instant _faultChangedAt;

    private void Prepare(Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.None:
                return;
            case FaultKind.ReaderStalls:
                _faultHappened = true;
                _chain.ReaderWants = fault.AfterBytes;
                After(fault.Length, () =>
                {
                    _chain.ReaderWants = long.MaxValue;
                    Reader?.Want(long.MaxValue, World.Now);
                });
                return;
            case FaultKind.WriterStalls:
                _faultHappened = true;
                After(fault.Length, () => ((SimulatedWriter)_source).Allow(long.MaxValue, World.Now));
                return;
            default:
                World.AfterDatagrams(fault.AfterDatagrams, () =>
                {
                    if (!_isOver)
                    {
                        _faultHappened = true;
                        _faultChangedAt = World.Now;
                        Inject(fault);
                    }
                });
                return;
        }
    }

    private void Inject(Fault fault)
    {
        PeerAddress at = SimulatedChain.AddressOf(fault.Place);
        switch (fault.Kind)
        {
            case FaultKind.Crash:
                _chain.Crash(fault.Place);
                break;
            case FaultKind.Restart:
                _chain.Crash(fault.Place);
                After(fault.Length, () => Restart(fault.Place));
                break;
            case FaultKind.Pause:
                World.Pause(at);
                After(fault.Length, () => World.Resume(at));
                break;
            case FaultKind.ReaderCancels:
                _readerCancels = true;
                Reader?.Stream.Connection.Streams.Stop(Reader.Stream, StreamErrorCode.Cancelled);
                break;
            case FaultKind.WriterCancels:
                _source.Stream.Connection.Streams.Reset(_source.Stream, StreamErrorCode.Cancelled);
                break;
            default:
                PeerAddress right = SimulatedChain.AddressOf(fault.Place + 1);
                World.Cut(at, right);
                After(fault.Length, () => World.Heal(at, right));
                break;
        }
    }

    private void Restart(int node)
    {
        Endpoint again = _chain.Restart(node);
        foreach (int neighbour in (int[])[node - 1, node + 1])
        {
            if (neighbour >= 0 && neighbour <= _plan.Hops)
            {
                again.Dial(World.Now, _chain.Nodes[neighbour].PublicKey, SimulatedChain.AddressOf(neighbour));
            }
        }
    }

    private void After(Duration? length, Action act)
    {
        if (length is { } pause)
        {
            World.At(World.Now + pause, () =>
            {
                _faultChangedAt = World.Now;
                act();
            });
        }
    }
}
