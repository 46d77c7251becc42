using FastPath.Protocol.Connections;
using FastPath.Protocol.Streams;
using FastPath.Simulation.Streams;

namespace FastPath.Simulation.Transfers;

/// <summary>What must hold when nobody has anything left to do.</summary>
internal sealed partial class TransferRun
{
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

        if (!IsSourceGone && _source.Ended is { } atSource and not StreamErrorCode.None)
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
        CheckEnd(fault, TransferRole.Source, _source.Ended, _source.EndedTimes, IsSourceGone);
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

        if (_source.Stream.Level > DeliveryLevel.Acknowledged && !IsIdentical())
        {
            _violations.Add($"the source was told that the payload is {_source.Stream.Level}");
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
        Connection? first = IsSourceGone ? null : _source.Stream.Connection;
        if (IsIdentical() && _plan.Fault.IsHarmless && first?.Streams.ReportsAwaitedCount > 0)
        {
            _violations.Add("the report of the destination has not come");
        }

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
