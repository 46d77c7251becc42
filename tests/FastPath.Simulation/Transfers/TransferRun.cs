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
internal sealed class TransferRun : IDisposable
{
    private static readonly LinkModel Clean = new() { Delay = Duration.FromMilliseconds(1) };
    private static readonly Duration Slack = Duration.FromSeconds(10);

    // Dead peers are given up, closing connections are gone, late controls are acknowledged.
    private static readonly Duration Settling = Duration.FromSeconds(90);

    // A pause passes for a long round trip, and a lost ping of that time is given up after one.
    private static readonly Duration Quieting = Duration.FromSeconds(300);

    private readonly TransferPlan _plan;
    private readonly SimulatedChain _chain;
    private readonly SimulatedWriter _writer;
    private readonly byte[] _payload;
    private readonly Duration _patience;
    private readonly List<string> _violations = [];
    private bool _readerCancels;
    private bool _isOver;
    private bool _faultHappened;
    private Instant _faultChangedAt;
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
        _chain.OnReader = reader =>
        {
            if (_readerCancels)
            {
                reader.Stream.Connection.Streams.Stop(reader.Stream, StreamErrorCode.Cancelled);
            }
        };
        Prepare(plan.Fault);
        _writer = _chain.Send(
            _payload,
            _chain.Payload(plan.MetadataBytes),
            plan.AnnouncesLength,
            plan.Fault.Kind == FaultKind.WriterStalls ? plan.Fault.AfterBytes : long.MaxValue);
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
                _violations.Add($"stall: source {_writer.Ended}, sink {Reader?.Ended}, {_chain.RelaysEnded.Count} of {_chain.Relays.Count} "
                    + $"relays ended; {TransferState.Describe(_chain, _writer)}");
                return;
            }
        }
    }

    private long Progress()
    {
        long progress = _writer.Stream.AcknowledgedTo + (Reader?.Count ?? 0);
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
                After(fault.Length, () => _writer.Allow(long.MaxValue, World.Now));
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
                _writer.Stream.Connection.Streams.Reset(_writer.Stream, StreamErrorCode.Cancelled);
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

    private bool IsSourceGone => _chain.IsGone(_chain.OriginOf(0));

    private bool IsSinkGone => _chain.IsGone(_chain.OriginOf(_plan.Hops));

    private bool HasEnded()
    {
        if ((_writer.Ended is null && !IsSourceGone) || (Reader is { Ended: null } && !IsSinkGone))
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

    private StreamErrorCode? FailureTold()
    {
        if (IsIdentical())
        {
            return null;
        }

        if (!IsSinkGone && Reader is { Ended: { } atSink })
        {
            return atSink;
        }

        if (!IsSourceGone && _writer.Ended is { } atSource and not StreamErrorCode.None)
        {
            return atSource;
        }

        foreach ((Protocol.Relaying.CutThroughRelay relay, StreamErrorCode code) in _chain.RelaysEnded)
        {
            if (code != StreamErrorCode.None && !_chain.IsGone(_chain.OwnerOf(relay)))
            {
                return code;
            }
        }

        return null;
    }

    private void CheckEnds()
    {
        Fault fault = _faultHappened ? _plan.Fault : Fault.None;
        CheckEnd(fault, TransferRole.Source, _writer.Ended, _writer.EndedTimes, IsSourceGone);
        foreach (Protocol.Relaying.CutThroughRelay relay in _chain.Relays)
        {
            var ends = _chain.RelaysEnded.Where(ended => ended.Relay == relay).ToList();
            CheckEnd(
                fault,
                TransferRole.Relay,
                ends.Count > 0 ? ends[0].Code : null,
                ends.Count,
                _chain.IsGone(_chain.OwnerOf(relay)));
        }

        if (_chain.Readers.Count > 1)
        {
            _violations.Add($"the sink was told {_chain.Readers.Count} times of one stream");
        }

        if (Reader is { } reader)
        {
            CheckEnd(fault, TransferRole.Sink, reader.Ended, reader.EndedTimes, IsSinkGone);
            if (reader.Count > _payload.Length || !_payload.AsSpan(0, reader.Count).SequenceEqual(reader.Read))
            {
                _violations.Add($"the {reader.Count} bytes that were read are not those that were sent");
            }

            if (reader.Ended == StreamErrorCode.None && !IsSinkGone && !IsIdentical())
            {
                _violations.Add($"the sink took {reader.Count} of {_payload.Length} bytes for the whole");
            }
        }

        if (fault.IsHarmless && !IsIdentical())
        {
            _violations.Add($"nothing explains a failure: {FailureTold()}");
        }
        else if (!IsIdentical() && FailureTold() is null && fault.Kind is not (FaultKind.Crash or FaultKind.Restart))
        {
            _violations.Add("the bytes are lost and nobody was told");
        }
    }

    private void CheckEnd(Fault fault, TransferRole role, StreamErrorCode? code, int times, bool isGone)
    {
        if (isGone)
        {
            return;
        }

        if (times != 1)
        {
            _violations.Add($"{role}: {times} ends");
        }

        if (code is { } told and not StreamErrorCode.None && !Explanations.Explains(fault, role, told))
        {
            _violations.Add($"{role}: {told} is not explained");
        }
    }

    private void CheckLeaks()
    {
        bool isQuiet = World.RunUntil(() => Leftovers() is null, Quieting);
        if (!isQuiet)
        {
            _violations.Add($"left behind: {Leftovers()}");
        }
    }

    private string? Leftovers()
    {
        for (int i = 0; i <= _plan.Hops; i++)
        {
            if (_chain.IsUp(i) && EndpointLeftovers.Of(_chain.Nodes[i]) is { } left)
            {
                return $"node {i}: {left}";
            }
        }

        return null;
    }
}
