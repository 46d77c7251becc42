using System.Security.Cryptography;
using FastPath.Identities;
using FastPath.Options;
using FastPath.Serialization.Bodies;
using FastPath.Streams;
using FastPath.Tests.Stores;
using FastPath.Transfers;

namespace FastPath.Tests.Transfers;

/// <summary>Payloads of the application that are offered, taken into files, broken and taken up again.</summary>
public sealed class BlobTests : IDisposable
{
    private const int Length = 6_000_000;

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _payload = RandomNumberGenerator.GetBytes(Length);
    private readonly TransferNodes _nodes = new();

    public void Dispose()
    {
        _nodes.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_payload_goes_on_after_its_receiver_was_restarted_and_is_known_to_be_committed()
    {
        NodeIdentity identity = NodeIdentity.Create();
        FastPathNode taker = StartTaker(identity);
        FastPathNode sender = _nodes.Start(new FastPathOptions());
        var body = new TriggeredBody(_payload, Length * 9 / 10, () =>
        {
            int port = taker.Address.EndPoint.Port;
            _nodes.Stop(taker);
            taker = StartTaker(identity, port);
        });
        body.Read(0, new byte[1]);
        SendReport report = await sender.SendAsync(
            taker.Address, body, new SendOptions { Retry = TransferNodes.Patient, WaitFor = TransferLevel.Committed, Metadata = new byte[] { 1, 2 } });
        Assert.Equal(_payload, await File.ReadAllBytesAsync(Path.Combine(_folder.Path, "done")));
        Assert.True(report.Retries >= 1);
        Assert.InRange(report.PayloadBytesSent, Length, (Length * 105L / 100) + TransferNodes.WindowBytes);

        // The second time the receiver says that it has it.
        report = await sender.SendAsync(taker.Address, new MemoryBody(_payload));
        Assert.Equal((true, 0L), (report.WasHeld, report.PayloadBytesSent));
    }

    [Fact]
    public async Task An_offer_that_is_declined_is_refused_at_once()
    {
        FastPathNode taker = _nodes.Start(new FastPathOptions { OfferHandler = (_, _) => new(OfferAnswer.Declined) });
        FastPathNode sender = _nodes.Start(new FastPathOptions());
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await sender.SendAsync(taker.Address, new MemoryBody(_payload)));
        Assert.Equal(FastPathError.Refused, error.Error);
        Assert.Equal(TransferRole.Source, error.Transfer!.Role);
        Assert.Equal(0, sender.Core.Endpoint.StreamCounters.PayloadBytesSent);
    }

    [Fact]
    public async Task A_handler_that_throws_declines()
    {
        FastPathNode taker = _nodes.Start(new FastPathOptions { OfferHandler = (_, _) => throw new InvalidOperationException("no") });
        FastPathNode sender = _nodes.Start(new FastPathOptions());
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(
            async () => await sender.SendAsync(taker.Address, new MemoryBody(_payload)));
        Assert.Equal(FastPathError.Refused, error.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(60_000)]
    [Trait("Scenario", "A6")]
    public async Task Levels_are_told_as_they_are_reached_and_not_before(int length)
    {
        FastPathNode taker = _nodes.Start(new FastPathOptions());
        FastPathNode sender = _nodes.Start(new FastPathOptions());
        FastPathPeer peer = await sender.ConnectAsync(taker.Address);
        await using OutgoingStream stream = peer.OpenStream(wantsReports: true);
        await stream.WriteAsync(_payload.AsMemory(0, length));
        Task completed = stream.CompleteAsync().AsTask();
        await foreach (StreamHandle handle in taker.AcceptStreamsAsync())
        {
            await completed;
            await stream.WaitForAsync(TransferLevel.Acknowledged);
            Assert.Equal(TransferLevel.Acknowledged, stream.Level);
            if (length > 0)
            {
                Assert.Throws<InvalidOperationException>(handle.Commit);
            }

            using (PooledPayload read = await handle.ReadAllAsync(length))
            {
                await stream.WaitForAsync(TransferLevel.Consumed);
                Assert.Equal(TransferLevel.Consumed, stream.Level);
                handle.Commit();
                await stream.WaitForAsync(TransferLevel.Committed);
                Assert.Equal(TransferLevel.Committed, stream.Level);
            }

            handle.Dispose();
            break;
        }
    }

    [Fact]
    [Trait("Scenario", "A6")]
    public async Task A_destination_that_is_gone_before_it_commits_ends_the_wait_and_not_the_level()
    {
        FastPathNode taker = _nodes.Start(new FastPathOptions());
        FastPathNode sender = _nodes.Start(new FastPathOptions());
        FastPathPeer peer = await sender.ConnectAsync(taker.Address);
        await using OutgoingStream stream = peer.OpenStream(wantsReports: true);
        await stream.WriteAsync(_payload.AsMemory(0, 1_000));
        await stream.CompleteAsync();
        Task committed = stream.WaitForAsync(TransferLevel.Committed);
        _nodes.Stop(taker);
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(() => committed);
        Assert.Equal(FastPathError.ConnectionClosed, error.Error);
        Assert.Equal(TransferLevel.Acknowledged, stream.Level);
    }

    [Fact]
    public async Task Levels_that_nobody_reports_cannot_be_waited_for()
    {
        FastPathNode taker = _nodes.Start(new FastPathOptions());
        FastPathNode sender = _nodes.Start(new FastPathOptions());
        await using OutgoingStream stream = (await sender.ConnectAsync(taker.Address)).OpenStream();
        await Assert.ThrowsAsync<InvalidOperationException>(() => stream.WaitForAsync(TransferLevel.Consumed));
    }

    [Fact]
    public void Bytes_that_are_not_what_was_announced_are_not_kept()
    {
        byte[] wrong = [.. _payload];
        wrong[1] ^= 1;
        byte[] digest = SampleContract.Blake3(_payload);
        using (TransferJournal journal = TransferJournal.TryOpen(_folder.Path, Serialization.Contracts.Base58.Encode(digest))!)
        {
            journal.Begin(0, digest, wrong.Length);
            journal.Append(wrong);
        }

        using PartialFile file = PartialFile.TryOpen(_folder.Path, digest, wrong.Length)!;
        Assert.True(file.IsComplete);
        FastPathException error = Assert.Throws<FastPathException>(() => file.Complete(Path.Combine(_folder.Path, "done")));
        Assert.Equal(FastPathError.Corrupt, error.Error);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    private FastPathNode StartTaker(NodeIdentity identity, int port = 0)
    {
        string done = Path.Combine(_folder.Path, "done");
        FastPathNode node = _nodes.Start(
            new FastPathOptions
            {
                OfferHandler = (offer, _) =>
                {
                    if (File.Exists(done))
                    {
                        return new(OfferAnswer.Held);
                    }

                    using PartialFile? file = PartialFile.TryOpen(_folder.Path, offer.Digest, offer.TotalLength);
                    return new(file is null ? OfferAnswer.Declined : OfferAnswer.Accept(file.Bytes));
                },
            },
            identity,
            port);
        _ = Task.Run(() => TakeAsync(node, done));
        return node;
    }

    private async Task TakeAsync(FastPathNode node, string done)
    {
        await foreach (StreamHandle stream in node.AcceptStreamsAsync())
        {
            using StreamHandle owned = stream;
            using PartialFile file = PartialFile.TryOpen(_folder.Path, stream.Digest, stream.TotalLength!.Value)!;
            try
            {
                await file.ReceiveAsync(stream);
                file.Complete(done);
                stream.Commit();
            }
            catch (FastPathException)
            {
                // Broken: the next stream goes on.
            }
        }
    }
}
