using System.Diagnostics;
using FastPath.Hosting;
using FastPath.Options;
using FastPath.Protocol.Operations;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Contracts;

/// <summary>One PUT with its retries, to a node or to where the router sends it: each attempt offers the payload, and the node names the byte to go on from.</summary>
internal sealed class ContractPut(
    NodeHost host, FastPathOptions options, FastPathPeer? peer, ContractPayload payload, OperationFlags flags = OperationFlags.None)
{
    private readonly RetrySchedule _retries = new(options.Retry);
    private readonly long _started = Stopwatch.GetTimestamp();
    private FastPathPeer? _peer = peer;
    private long _bytesSent;
    private long _bytesSentAgain;
    private long _furthest;
    private long _resumedFrom = -1;

    /// <exception cref="FastPathException">Corrupt, StoreFailed, Refused, or why the last attempt failed.</exception>
    public async Task<PutReport> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await AttemptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException e) when (e.Error != FastPathError.NotFound && _retries.TryNext(e.Error, _furthest, out TimeSpan pause))
            {
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException e)
            {
                throw e.About($"PUT of {payload.Outline.Key}");
            }
        }
    }

    private async Task<PutReport> AttemptAsync(CancellationToken cancellationToken)
    {
        if (_peer is { IsClosed: true })
        {
            _peer = await host.DialAsync(_peer.Address).WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        PutAttempt attempt = await host.PutAsync(_peer, payload, flags, OnSent, cancellationToken).ConfigureAwait(false);
        return attempt.Status == OperationStatus.Done
            ? new PutReport(
                payload.Outline.Key,
                payload.Body.Length,
                _bytesSent,
                _bytesSentAgain,
                _started,
                Stopwatch.GetTimestamp(),
                attempt.IsHeld,
                Math.Max(0, _resumedFrom),
                _retries.Retries)
            : throw StreamFailures.Create(attempt.Status, $"PUT of {payload.Outline.Key}");
    }

    private void OnSent(RingWriter writer)
    {
        if (writer.Targets is not [{ } stream, ..])
        {
            // It failed before the loop had opened it.
            return;
        }

        _resumedFrom = _resumedFrom < 0 ? writer.Description.StartOffset : _resumedFrom;
        _bytesSent += stream.PayloadBytesSent;
        _bytesSentAgain += stream.PayloadBytesSentAgain;
        _furthest = Math.Max(_furthest, stream.AcknowledgedTo);
    }
}
