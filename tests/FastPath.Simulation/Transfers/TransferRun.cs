using FastPath.Buffers.Datagrams;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Endpoints;
using FastPath.Protocol.Recovery;
using FastPath.Protocol.Streams;
using FastPath.Protocol.Time;
using FastPath.Simulation.Network;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Transfers;

/// <summary>Runs one planned transfer in virtual time and looks for what must not be.</summary>
internal sealed partial class TransferRun : IDisposable
{
    private static readonly LinkModel Clean = new() { Delay = Duration.FromMilliseconds(1) };
    private static readonly Duration Slack = Duration.FromSeconds(10);

    // Dead peers are given up, closing connections are gone, late controls are acknowledged.
    private static readonly Duration Settling = Duration.FromSeconds(90);

    // A pause passes for a long round trip, and a lost ping of that time is given up after one.
    private static readonly Duration Quieting = Duration.FromSeconds(300);

    private readonly TransferPlan _plan;
    private readonly SimulatedChain _chain;
    private readonly ISimulatedSource _source;
    private readonly byte[] _payload;
    private readonly Duration _patience;
    private readonly List<string> _violations = [];
    private bool _isOver;
    private long _progress = -1;
    private Instant _progressAt;

    private TransferRun(TransferPlan plan)
    {
        _plan = plan;
        var settings = new EndpointSettings
        {
            Connection = new ConnectionSettings { Recovery = new RecoverySettings { Congestion = plan.Congestion } },
        };
        ConnectionSettings connection = settings.Connection;
        _patience = connection.IdleTimeout + connection.Streams.ProgressTimeoutAt(plan.Hops) + Slack;
        _chain = new SimulatedChain(plan.Seed, Clean, plan.Hops, settings);
        _payload = _chain.Payload(plan.Size);
        UseLinks();
        _chain.OnOffer = offer => offer.Connection.Streams.Accept(World.Now, offer, 0);
        _chain.OnReader = Begin;
        Prepare(plan.Fault);
        byte[] metadata = _chain.Payload(plan.MetadataBytes);
        _source = plan.IsOffered
            ? _chain.Offer(_payload, metadata)
            : _chain.Send(
                _payload,
                metadata,
                plan.AnnouncesLength,
                plan.Fault.Kind == FaultKind.WriterStalls ? plan.Fault.AfterBytes : long.MaxValue,
                wantsDelivery: plan.WantsDelivery);
    }

    private SimulatedNetwork World => _chain.World;

    private SimulatedReader? Reader => _chain.Readers.Count > 0 ? _chain.Readers[0] : null;

    public static TransferResult Run(TransferPlan plan)
    {
        using var run = new TransferRun(plan);
        return run.Run();
    }

    public void Dispose() => _chain.Dispose();

    private TransferResult Run()
    {
        Instant start = World.Now;
        Instant end;
        do
        {
            RunToEnd();
            end = World.Now;
            _isOver = true;
            Reader?.Want(long.MaxValue, World.Now);

            // Somebody may hear of the transfer only now; then it goes on.
            World.RunFor(Settling);
            _isOver = HasEnded();
        }
        while (!_isOver && _violations.Count == 0);

        CheckEnds();
        CheckLeaks();
        return new TransferResult(_plan)
        {
            IsIdentical = IsIdentical(),
            Failure = FailureTold(),
            FaultHappened = _faultHappened,
            Time = end - start,
            PayloadBytesSent = _chain.Nodes.Sum(node => node.StreamCounters.PayloadBytesSent),
            PayloadBytesSentAgain = _chain.Nodes.Sum(node => node.StreamCounters.PayloadBytesSentAgain),
            Violations = _violations,
        };
    }

    private void Begin(SimulatedReader reader)
    {
        if (_readerCancels)
        {
            reader.Stream.Connection.Streams.Stop(reader.Stream, StreamErrorCode.Cancelled);
        }

        reader.OnEnded = Report;
        reader.OnRead = Report;
    }

    /// <summary>The application at the sink has read all of it, and says that it has it safe.</summary>
    private static void Report(SimulatedReader reader)
    {
        if (reader.IsWhole)
        {
            reader.Stream.Connection.Streams.Report(reader.Stream, DeliveryLevel.Consumed);
            reader.Stream.Connection.Streams.Report(reader.Stream, DeliveryLevel.Committed);
        }
    }

    private void RunToEnd()
    {
        _progressAt = World.Now;
        while (!World.RunUntil(HasEnded, Slack))
        {
            long progress = Progress();
            if (progress != _progress)
            {
                _progress = progress;
                _progressAt = World.Now;
            }

            if (World.Now - Instant.Max(_progressAt, _faultChangedAt) > _patience)
            {
                _violations.Add($"stall: source {_source.Ended}, sink {Reader?.Ended}, {_chain.RelaysEnded.Count} of {_chain.Relays.Count} "
                    + $"relays ended; {TransferState.Describe(_chain, _source)}");
                return;
            }
        }
    }

    private long Progress()
    {
        long progress = _source.Stream.AcknowledgedTo + (Reader?.Count ?? 0);
        foreach (Protocol.Relaying.CutThroughRelay relay in _chain.Relays)
        {
            progress += relay.Source.Ring.Frontier + (relay.IsOpen ? relay.Targets[0].AcknowledgedTo : 0);
        }

        return progress;
    }

    private void UseLinks()
    {
        var links = new Dictionary<(PeerAddress, PeerAddress), LinkModel>();
        for (int i = 0; i < _plan.Hops; i++)
        {
            (PeerAddress left, PeerAddress right) = (SimulatedChain.AddressOf(i), SimulatedChain.AddressOf(i + 1));
            links[(left, right)] = _plan.Links[i];
            links[(right, left)] = _plan.Links[i];
        }

        World.LinkOf = (from, to) => links[(from, to)];
    }

    private bool IsSourceGone => _chain.IsGone(_chain.OriginOf(0));

    private bool IsSinkGone => _chain.IsGone(_chain.OriginOf(_plan.Hops));

    private bool HasEnded()
    {
        if ((_source.Ended is null && !IsSourceGone) || (Reader is { Ended: null } && !IsSinkGone))
        {
            return false;
        }

        foreach (Protocol.Relaying.CutThroughRelay relay in _chain.Relays)
        {
            if (!_chain.HasEnded(relay) && !_chain.IsGone(_chain.OwnerOf(relay)))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsIdentical() => Reader is { IsWhole: true } reader && reader.Read.SequenceEqual(_payload);
}
