using System.Diagnostics;
using FastPath.Hosting;
using FastPath.Options;
using FastPath.Protocol.Operations;
using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Contracts;

/// <summary>One GET with its retries: what has come is kept, and the next source goes on at the first missing byte.</summary>
/// <remarks>
/// The digest that the first source announced is the identity of the content: a source that has another payload for the key
/// starts over. With a journal the transfer also goes on in another process.
/// </remarks>
internal sealed class ContractFetch : IDisposable
{
    private readonly NodeHost _host;
    private readonly FastPathOptions _options;
    private readonly ContractInstanceId _instance;
    private readonly Func<ContractKey, IContractWriter> _beginWrite;
    private readonly OperationFlags _flags;
    private readonly TransferJournal? _journal;
    private readonly RetrySchedule _retries;
    private readonly long _started = Stopwatch.GetTimestamp();
    private IContractWriter? _writer;
    private ContractIntake? _intake;
    private ContractKey _key;
    private long _firstByteAt;
    private long _resumedFrom;
    private long _restarts;
    private FastPathException? _break;

    public ContractFetch(
        NodeHost host,
        FastPathOptions options,
        ContractInstanceId instance,
        Func<ContractKey, IContractWriter> beginWrite,
        OperationFlags flags = OperationFlags.None)
    {
        _flags = flags;
        _host = host;
        _options = options;
        _instance = instance;
        _beginWrite = beginWrite;
        _retries = new RetrySchedule(options.Retry);
        _journal = options.PartialFolder is { } folder ? TransferJournal.TryOpen(folder, instance.ToString()) : null;
    }

    private ResumePoint Resume => _intake?.Resume
        ?? (_journal?.Record is { } record ? new ResumePoint(record.Digest, record.Bytes) : ResumePoint.None);

    /// <exception cref="FastPathException">NotFound, Unavailable, Corrupt, NotResumable, or why the last attempt failed.</exception>
    public async Task<GetReport> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await RetryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (FastPathException e)
        {
            throw e.About($"GET of {_instance}");
        }
    }

    private async Task<GetReport> RetryAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await AttemptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FastPathException e) when (e.Error == FastPathError.Corrupt)
            {
                // Nothing of it can be trusted: the next attempt, somebody else's, begins anew.
                _journal?.Delete();
                throw;
            }
            catch (FastPathException e) when (IsUnderWay)
            {
                if (_intake is { Resume.IsNone: true })
                {
                    throw new FastPathException(
                        FastPathError.NotResumable, $"{e.Message}; it was announced without a digest, so nobody can go on", e, e.Transfer);
                }

                _break = e.Transfer is null ? _break : e;
                if (!_retries.TryNext(e.Error, _intake?.Bytes ?? 0, out TimeSpan pause))
                {
                    throw Final(e);
                }

                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                await _host.RedialAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose()
    {
        _writer?.Dispose();
        _journal?.Dispose();
    }

    /// <summary>Something has come already, here or in a process before this one: a failure now is a transfer that broke.</summary>
    private bool IsUnderWay => _intake is not null || _journal?.Record is { Bytes: > 0 };

    private async Task<GetReport> AttemptAsync(CancellationToken cancellationToken)
    {
        GetArrival arrival = await _host.GetAsync(_instance, Resume, _flags, cancellationToken).ConfigureAwait(false);

        // A stream is delivered when its first byte is there.
        _firstByteAt = _firstByteAt == 0 ? Stopwatch.GetTimestamp() : _firstByteAt;
        if (arrival.Stored is { } stored)
        {
            using StoredPayload owned = stored;
            return await Task.Run(() => ContractCopy.Run(stored.Entry, _beginWrite, _started), cancellationToken).ConfigureAwait(false);
        }

        if (arrival.Stream is not { } stream)
        {
            throw StreamFailures.Create(arrival.Status, $"GET of {_instance}");
        }

        using StreamHandle handle = stream;
        ContractIntake intake = IntakeFor(arrival, handle);
        await intake.RunAsync(handle, cancellationToken).ConfigureAwait(false);
        _journal?.Delete();
        return new GetReport(
            _key, intake.Bytes, _firstByteAt, _started, Stopwatch.GetTimestamp(), _resumedFrom, _retries.Retries, _restarts);
    }

    /// <summary>A transfer that broke says where and why, whatever the attempts to take it up again met.</summary>
    private FastPathException Final(FastPathException last) => _break is { } broken && broken != last
        ? new FastPathException(
            broken.Error, $"{broken.Message}; taken up again {_retries.Retries} times, at last: {last.Message}", last, broken.Transfer)
        : last;

    /// <summary>The intake that this stream continues, or a fresh one.</summary>
    private ContractIntake IntakeFor(GetArrival arrival, StreamHandle handle)
    {
        long from = handle.StartOffset;
        if (_intake is { } known && from <= known.Bytes && from > 0 && IsSame(known.Digest, handle))
        {
            return known;
        }

        bool continuesJournal = _intake is null && from > 0
            && _journal?.Record is { } record && from <= record.Bytes && IsSame(record.Digest, handle);
        if (from > 0 && !continuesJournal)
        {
            throw new FastPathException(
                FastPathError.Protocol, $"the answer begins at byte {from}, which was not asked for", transfer: TransferFailure.Of(handle.Stream));
        }

        _restarts += _intake is null ? 0 : 1;
        _writer?.Dispose();
        _writer = _beginWrite(arrival.Contract.Key);
        _writer.SetStateVersion(arrival.Contract.StateVersion);
        _key = arrival.Contract.Key;
        _intake = new ContractIntake(_writer, arrival.Contract.Form, isPut: false, handle, _options.Verify, _journal);
        if (continuesJournal)
        {
            _intake.Replay(_journal!, _journal!.Bytes);
            _resumedFrom = from;
        }
        else if (!handle.Digest.IsEmpty && handle.TotalLength is { } total)
        {
            _journal?.Begin((uint)arrival.Contract.Form, handle.Digest, total);
        }

        return _intake;
    }

    private static bool IsSame(ReadOnlyMemory<byte> digest, StreamHandle handle) =>
        digest.Span.SequenceEqual(handle.Digest.Span);
}
