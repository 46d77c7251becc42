using System.Collections.Concurrent;
using System.Diagnostics;
using FastPath.Diagnostics;
using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Frames;
using FastPath.Protocol.Operations;
using FastPath.Protocol.Streams;
using FastPath.Serialization.Bodies;
using FastPath.Streams;
using Microsoft.Extensions.Logging;

namespace FastPath.Rollout;

/// <summary>Runs the streaming path beside the whole messages that are used, and compares what came (scenario V5).</summary>
/// <remarks>
/// A copy goes to the same next node as a stream of its own, marked as a shadow: it is read there for its digest and nothing
/// else, and the digest comes back to be compared with that of the payload. The next hop of the payload makes its own copy.
/// Copies are never offered, stored, passed on or counted as operations; they have a bound of their own, and whatever happens
/// to one is counted, logged, and harms nothing else.
/// </remarks>
/// <param name="fault">Harm done to copies as they arrive: for tests.</param>
internal sealed class ShadowRuns(NodeHost host, ILogger logger, Action<long, Span<byte>>? fault)
{
    private const int ActiveMax = 64;
    private const int MetadataLength = OperationHeader.Length;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(40);

    private readonly ConcurrentDictionary<(Connection, UInt128), ShadowRun> _runs = new();
    private int _reading;

    public ShadowCounters Counters { get; } = new();

    /// <summary>Sends a copy beside a payload; null when this one is not compared.</summary>
    /// <param name="body">Readable until the returned task has ended.</param>
    /// <param name="run">To be told how long the payload itself took.</param>
    public Task? Begin(string what, UInt128 transaction, Connection to, IBody body, out ShadowRun? run)
    {
        run = null;
        if (_runs.Count >= ActiveMax)
        {
            Counters.CountSkipped();
            return null;
        }

        var fresh = new ShadowRun(what, transaction);
        if (!_runs.TryAdd((to, transaction), fresh))
        {
            return null;
        }

        run = fresh;
        Counters.CountStarted();
        return Task.Run(() => RunAsync(fresh, to, body));
    }

    /// <summary>A copy that a peer sends: read, hashed, forgotten.</summary>
    public void Take(StreamHandle handle, UInt128 transaction)
    {
        if (Volatile.Read(ref _reading) >= ActiveMax)
        {
            handle.Stop(StreamErrorCode.TooManyStreams);
            return;
        }

        _ = Task.Run(() => TakeAsync(handle, transaction));
    }

    public void OnDigest(Connection from, ShadowDigest digest)
    {
        if (_runs.TryGetValue((from, digest.Transaction), out ShadowRun? run))
        {
            run.Answer.TrySetResult(digest);
        }
    }

    public static byte[] MetadataOf(UInt128 transaction)
    {
        byte[] space = new byte[MetadataLength];
        var writer = new FrameWriter(space);
        OperationHeader.Write(ref writer, Purpose.Shadow, transaction);
        return space;
    }

    private async Task RunAsync(ShadowRun run, Connection to, IBody body)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            ShadowDigest sent = Hash(run.Transaction, body);
            var description = new StreamDescription
            {
                TransferId = run.Transaction,
                TotalLength = body.Length,
                Priority = StreamPriority.Low,
                Metadata = MetadataOf(run.Transaction),
            };
            using RingWriter writer = host.Open([to], description);
            await NodeHost.PumpAsync(writer, body, 0, host.StoreWork.Ending).ConfigureAwait(false);
            ShadowDigest came = await run.Answer.Task.WaitAsync(AnswerTimeout, host.StoreWork.Ending).ConfigureAwait(false);
            Compare(run, sent, came, Stopwatch.GetElapsedTime(started));
        }
        catch (Exception e)
        {
            // Whatever it is: the payload itself is none of this task's business.
            Counters.CountFailed();
            logger.ShadowFailed(run.What, e.Message);
        }
        finally
        {
            _runs.TryRemove((to, run.Transaction), out _);
        }
    }

    private void Compare(ShadowRun run, ShadowDigest sent, ShadowDigest came, TimeSpan took)
    {
        if (came.Code != 0)
        {
            Counters.CountFailed();
            logger.ShadowFailed(run.What, $"the copy ended early with code {came.Code:x2} after {came.Length} of {sent.Length} bytes");
            return;
        }

        bool isSame = came.Length == sent.Length && came.Digest == sent.Digest;
        Counters.CountCompared(isSame);
        if (!isSame)
        {
            int segment = 0;
            while (segment < sent.Segments.Length && segment < came.Segments.Length && sent.Segments[segment] == came.Segments[segment])
            {
                segment++;
            }

            logger.ShadowDiffers(
                run.What, sent.Length, sent.Digest, came.Length, came.Digest, segment * ShadowDigest.SegmentBytes(sent.Length));
        }

        if (run.WholeTook is { } whole)
        {
            Counters.CountTimes(whole, took);
            logger.ShadowCompared(run.What, sent.Length, whole.TotalMilliseconds, took.TotalMilliseconds);
        }
    }

    private async Task TakeAsync(StreamHandle handle, UInt128 transaction)
    {
        Interlocked.Increment(ref _reading);
        using StreamHandle owned = handle;
        var hasher = new ShadowHasher(handle.TotalLength ?? 0);
        byte code = 0;
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> bytes = await handle.ReadAvailableAsync(CancellationToken.None).ConfigureAwait(false);
                if (bytes.IsEmpty)
                {
                    break;
                }

                Update(hasher, bytes);
            }
        }
        catch (FastPathException e)
        {
            code = (byte)StreamFailures.CodeOf(e.Error);
        }
        catch (Exception e)
        {
            code = (byte)StreamErrorCode.Cancelled;
            logger.ShadowFailed("A copy of a peer", e.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _reading);
        }

        byte[] message = hasher.Finish(transaction, code).ToBytes();
        host.Loop.Post(_ => handle.Stream.Connection.TryQueueMessage(message, out ulong _));
    }

    private void Update(ShadowHasher hasher, ReadOnlyMemory<byte> bytes)
    {
        if (fault is null)
        {
            hasher.Update(bytes.Span);
            return;
        }

        byte[] harmed = bytes.ToArray();
        fault(hasher.Length, harmed);
        hasher.Update(harmed);
    }

    private static ShadowDigest Hash(UInt128 transaction, IBody body)
    {
        var hasher = new ShadowHasher(body.Length);
        byte[] block = new byte[16 * 1_024];
        for (long offset = 0; offset < body.Length; offset += block.Length)
        {
            Span<byte> piece = block.AsSpan(0, (int)Math.Min(block.Length, body.Length - offset));
            body.Read(offset, piece);
            hasher.Update(piece);
        }

        return hasher.Finish(transaction, 0);
    }
}
