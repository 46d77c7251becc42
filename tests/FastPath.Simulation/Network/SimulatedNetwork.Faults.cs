using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Time;

namespace FastPath.Simulation.Network;

/// <summary>What can befall a node or a link, now or at a planned moment.</summary>
internal sealed partial class SimulatedNetwork
{
    private readonly Agenda _agenda = new();
    private readonly HashSet<(PeerAddress, PeerAddress)> _cuts = [];

    /// <summary>Datagrams that wait for a paused process; more are dropped, as a kernel does.</summary>
    public long SocketBufferBytes { get; init; } = 212_992;

    /// <summary>Puts an endpoint at an address; the one that was there is gone, as after a crash.</summary>
    public void Place(PeerAddress address, Endpoint endpoint) => Place(address, new EndpointNode(endpoint));

    public void Place(PeerAddress address, ISimulatedNode node)
    {
        if (!_placeOf.TryGetValue(address, out NodePlace? place))
        {
            place = new NodePlace(address);
            _placeOf.Add(address, place);
            _places.Add(place);
        }

        DropQueued(place);
        place.Node = node;
    }

    /// <summary>Takes a node away, as a crash does: nothing is sent, nothing received, its socket is gone.</summary>
    public void Remove(PeerAddress address)
    {
        if (_placeOf.TryGetValue(address, out NodePlace? place))
        {
            DropQueued(place);
            place.Node = null;
        }
    }

    /// <summary>The process stands still, as after SIGSTOP: what comes waits in the socket's buffer.</summary>
    public void Pause(PeerAddress address) => _placeOf[address].IsPaused = true;

    /// <summary>The process goes on: first with what waits in its socket, then with the timers that are overdue.</summary>
    public void Resume(PeerAddress address)
    {
        NodePlace place = _placeOf[address];
        place.IsPaused = false;
        while (place.TryTakeQueued(out Flight flight))
        {
            Hand(place.Node, in flight);
        }
    }

    /// <summary>Nothing sent from now on gets through between the two, either way.</summary>
    public void Cut(PeerAddress left, PeerAddress right)
    {
        _cuts.Add((left, right));
        _cuts.Add((right, left));
    }

    public void Heal(PeerAddress left, PeerAddress right)
    {
        _cuts.Remove((left, right));
        _cuts.Remove((right, left));
    }

    public void At(Instant at, Action act) => _agenda.At(at, act);

    /// <summary>Acts when that many more datagrams have been sent, by whomever: between any two steps of the world.</summary>
    public void AfterDatagrams(long count, Action act) => _agenda.AfterDatagrams(DatagramsSent + count, act);

    private bool IsCut(PeerAddress from, PeerAddress to) => _cuts.Count > 0 && _cuts.Contains((from, to));

    private void DropQueued(NodePlace place)
    {
        place.IsPaused = false;
        while (place.TryTakeQueued(out Flight flight))
        {
            _buffers.Push(flight.Buffer);
        }
    }
}
