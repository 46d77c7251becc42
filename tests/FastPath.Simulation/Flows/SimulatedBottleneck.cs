using FastPath.Protocol.Congestion;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;

namespace FastPath.Simulation.Flows;

/// <summary>Flows that share one link towards their receivers; their acknowledgements come back over links of their own.</summary>
internal sealed class SimulatedBottleneck
{
    private const long WideWindowBytes = 64L * 1_024 * 1_024;
    private static readonly Duration HandshakeLimit = Duration.FromSeconds(60);

    private readonly List<SimulatedFlow> _flows = [];
    private readonly LinkState _shared = new();
    private readonly LinkSchedule _forward;
    private readonly LinkSchedule _backward;
    private readonly Dictionary<Buffers.Datagrams.PeerAddress, Duration> _extraDelay = [];

    /// <param name="forward">The bottleneck over time.</param>
    /// <param name="backward">The way of the acknowledgements; as long as the way there, without rate, when null.</param>
    public SimulatedBottleneck(ulong seed, LinkSchedule forward, LinkSchedule? backward = null)
    {
        _forward = forward;
        LinkModel first = forward.At(Instant.Zero);
        _backward = backward ?? new LinkSchedule(first with { RateBytesPerSecond = 0 });
        World = new SimulatedNetwork(seed, first);
        World.LinkOf = (from, to) => LinkOf(from);
        World.Turned += _ => _flows.ForEach(flow => flow.TakeEvents());
    }

    public SimulatedBottleneck(ulong seed, LinkModel forward)
        : this(seed, new LinkSchedule(forward))
    {
    }

    public SimulatedNetwork World { get; }

    /// <summary>The queue of the bottleneck.</summary>
    public LinkState Link => _shared;

    public IReadOnlyList<SimulatedFlow> Flows => _flows;

    /// <summary>Settings with streams so wide that only the controller holds a flow back.</summary>
    public static EndpointSettings SettingsFor(CongestionAlgorithm algorithm, RecoverySettings? recovery = null) =>
        EndpointSettings.Default with
        {
            Connection = ConnectionSettings.Default with
            {
                Recovery = (recovery ?? RecoverySettings.Default) with { Congestion = algorithm },
                Streams = StreamSettings.Default with
                {
                    InitialCreditBytes = WideWindowBytes,
                    SinkWindowBytesMin = WideWindowBytes,
                    WindowBytesMax = WideWindowBytes,
                },
            },
            BufferBudgetBytes = 512L * 1_024 * 1_024,
        };

    /// <summary>Adds a flow and lets the world run until it is connected.</summary>
    /// <param name="extraDelay">What its way there is longer than the others'.</param>
    public SimulatedFlow Add(EndpointSettings settings, Duration extraDelay = default)
    {
        var flow = new SimulatedFlow(World, settings, _flows.Count);
        _extraDelay[flow.SenderAddress] = extraDelay;
        _flows.Add(flow);
        if (!World.RunUntil(() => flow.IsConnected, HandshakeLimit))
        {
            throw new InvalidOperationException("the flow did not connect");
        }

        return flow;
    }

    private LinkModel LinkOf(Buffers.Datagrams.PeerAddress from)
    {
        if (!_extraDelay.TryGetValue(from, out Duration extra))
        {
            return _backward.At(World.Now);
        }

        LinkModel link = _forward.At(World.Now);
        return link with { Shared = _shared, Delay = link.Delay + extra };
    }
}
