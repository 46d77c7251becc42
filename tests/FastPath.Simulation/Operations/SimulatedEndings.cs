using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Simulation.Nodes;

namespace FastPath.Simulation.Operations;

/// <summary>Tells of each operation of a node when it has really ended: a GET with its last byte.</summary>
internal sealed class SimulatedEndings
{
    private readonly Action<UInt128, OperationStatus, byte[]?> _onEnded;

    public SimulatedEndings(SimulatedHost host, Action<UInt128, OperationStatus, byte[]?> onEnded)
    {
        _onEnded = onEnded;
        host.OnGet = OnGet;
        host.OnPutEnded = (transaction, status) => onEnded(transaction, status, null);
    }

    private void OnGet(UInt128 transaction, Simulation.Streams.SimulatedReader? reader, byte[]? stored, OperationStatus status)
    {
        if (reader is null)
        {
            _onEnded(transaction, status, stored);
            return;
        }

        reader.OnEnded = ended => _onEnded(
            transaction,
            ended.Ended == StreamErrorCode.None ? OperationStatus.Done : OperationStatus.Unavailable,
            ended.Ended == StreamErrorCode.None ? ended.Bytes : null);
    }
}
