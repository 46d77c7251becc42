using System.Diagnostics.Metrics;
using FastPath.Protocol.Nodes;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Rollout;
using FastPath.Sockets;

namespace FastPath.Diagnostics;

/// <summary>The instruments of one node: read from plain counters when somebody listens, free when nobody does.</summary>
internal sealed class FastPathMetrics : IDisposable
{
    public const string MeterName = "FastPath";

    private readonly Meter _meter = new(MeterName);

    public FastPathMetrics(NodeCore core, IDatagramSocket socket, ShadowCounters shadows, Func<long> oldPeers)
    {
        StreamCounters streams = core.Endpoint.StreamCounters;
        Count("fastpath.streams.sent.started", () => streams.SendsStarted, "Streams opened by this node");
        Count("fastpath.streams.sent.completed", () => streams.SendsCompleted, "Of these, acknowledged whole");
        Count("fastpath.streams.sent.failed", () => streams.SendsFailed, "Of these, ended by a failure");
        Count("fastpath.streams.sent.cancelled", () => streams.SendsCancelled, "Of these, given up by either side");
        Count("fastpath.streams.received.started", () => streams.ReceivesStarted, "Streams opened by peers");
        Count("fastpath.streams.received.completed", () => streams.ReceivesCompleted, "Of these, arrived whole");
        Count("fastpath.streams.received.failed", () => streams.ReceivesFailed, "Of these, ended by a failure");
        Count("fastpath.streams.received.cancelled", () => streams.ReceivesCancelled, "Of these, given up by either side");
        Count("fastpath.streams.refused", () => streams.StreamsRefused, "Streams of peers refused before anything was stored");
        Gauge("fastpath.streams.sent.active", () => SendsActive(streams), "Streams being sent");
        Gauge("fastpath.streams.received.active", () => ReceivesActive(streams), "Streams being received");
        Count("fastpath.payload.sent", () => streams.PayloadBytesSent, "Payload bytes sent, retransmissions included", "By");
        Count("fastpath.payload.sent_again", () => streams.PayloadBytesSentAgain, "Payload bytes sent again", "By");
        Count("fastpath.payload.received", () => streams.PayloadBytesReceived, "Payload bytes received and kept", "By");
        Count("fastpath.groups.verified", () => streams.GroupsVerified, "Groups of 16 KiB that came with a proof and are right");
        Count("fastpath.groups.failed", () => streams.GroupsFailed, "Groups that are not: each ended its stream");
        Count("fastpath.gets.forwarded", () => core.Gets.Forwarded, "Answers passed on to a requester");
        Count("fastpath.gets.cut_through", () => core.Gets.CutThrough, "Of these, passed on as they came");
        Count("fastpath.gets.collapsed", () => core.Gets.Collapsed, "Requests served by another one's transfer");
        Count("fastpath.puts.cut_through", () => core.Puts.CutThrough, "Puts and updates passed on as they came");
        CountOperations("fastpath.gets", core.Gets.Counters, "Requests of this node");
        CountOperations("fastpath.puts", core.Puts.Counters, "Puts and updates of this node");
        Gauge("fastpath.subscriptions", () => core.Subscriptions.Count, "Keys that this node passes updates of");
        Count("fastpath.shadow.started", () => shadows.Started, "Payloads of which a copy was streamed, to be compared");
        Count("fastpath.shadow.same", () => shadows.Same, "Of these, those whose copy was the same");
        Count("fastpath.shadow.different", () => shadows.Different, "Of these, those whose copy was not the same");
        Count("fastpath.shadow.failed", () => shadows.Failed, "Of these, those that could not be compared");
        Gauge("fastpath.shadow.active", () => shadows.Active, "Of these, those under way");
        Count("fastpath.shadow.skipped", () => shadows.Skipped, "Payloads not compared, because too many were under way");
        Count("fastpath.shadow.whole_us", () => shadows.WholeMicroseconds, "Time of compared payloads, whole", "us");
        Count("fastpath.shadow.streamed_us", () => shadows.StreamedMicroseconds, "Time of the same payloads, streamed", "us");
        Gauge("fastpath.buffers.rented", () => core.Endpoint.Pool.RentedBytes, "Bytes of blocks in use", "By");
        Gauge("fastpath.buffers.reserved", () => core.Endpoint.Pool.ReservedBytes, "Bytes promised as credit or space", "By");
        Gauge("fastpath.socket.receive_buffer", () => socket.Report.Buffers.GrantedReceive, "Receive buffer granted by the kernel", "By");
        Gauge("fastpath.socket.receive_buffer.requested", () => socket.Report.Buffers.RequestedReceive, "Receive buffer asked of the kernel", "By");
        Gauge("fastpath.socket.send_buffer", () => socket.Report.Buffers.GrantedSend, "Send buffer granted by the kernel", "By");
        Gauge("fastpath.socket.send_buffer.requested", () => socket.Report.Buffers.RequestedSend, "Send buffer asked of the kernel", "By");
        Count("fastpath.socket.refused", () => socket.Counters.SendTooLong, "Datagrams that were too long for the way and did not leave");
        Gauge("fastpath.socket.kernel_drops", () => socket.KernelDrops ?? 0, "Datagrams that the kernel dropped for lack of room");
        Count("fastpath.handshakes.completed", () => core.Endpoint.Counters.HandshakesCompleted, "Sessions agreed");
        Count("fastpath.handshakes.old", oldPeers, "Of these, with nodes that know whole messages only");
        Count("fastpath.handshakes.timed_out", () => core.Endpoint.Counters.HandshakesTimedOut, "Dials without an answer");
        Count("fastpath.datagrams.malformed", () => core.Endpoint.Counters.DatagramsMalformed, "Datagrams of no known form");
    }

    public Meter Meter => _meter;

    public static long SendsActive(StreamCounters streams) =>
        streams.SendsStarted - streams.SendsCompleted - streams.SendsFailed - streams.SendsCancelled;

    public static long ReceivesActive(StreamCounters streams) =>
        streams.ReceivesStarted - streams.ReceivesCompleted - streams.ReceivesFailed - streams.ReceivesCancelled;

    public void Dispose() => _meter.Dispose();

    private void CountOperations(string name, OperationCounters counters, string description)
    {
        Count($"{name}.started", () => counters.Started, description);
        Count($"{name}.completed", () => counters.Completed, "Of these, done");
        Count($"{name}.not_found", () => counters.NotFound, "Of these, of what nobody had");
        Count($"{name}.failed", () => counters.Failed, "Of these, failed");
        Count($"{name}.cancelled", () => counters.Cancelled, "Of these, given up here");
        Gauge($"{name}.active", () => counters.Active, "Of these, under way");
    }

    private void Count(string name, Func<long> read, string description, string? unit = null) =>
        _meter.CreateObservableCounter(name, read, unit, description);

    private void Gauge(string name, Func<long> read, string description, string? unit = null) =>
        _meter.CreateObservableGauge(name, read, unit, description);
}
