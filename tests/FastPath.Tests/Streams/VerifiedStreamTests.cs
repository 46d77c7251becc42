using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using FastPath.Options;
using FastPath.Protocol.Handshakes;
using FastPath.Serialization.Bodies;
using FastPath.Serialization.Contracts;
using FastPath.Sockets.Impairment;
using FastPath.Stores;
using FastPath.Streams;
using FastPath.Transfers;

namespace FastPath.Tests.Streams;

/// <summary>Streams that carry proofs, over real sockets, as a host uses them.</summary>
public sealed class VerifiedStreamTests
{
    private static readonly byte[] Payload = RandomNumberGenerator.GetBytes(1_000_001);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(1_000_001)]
    public async Task A_body_arrives_verified_at_every_reader(int length)
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Task send = SendAsync(line, 0, new MemoryBody(Payload.AsMemory(0, length)), new byte[] { 9 });
        using StreamHandle reader = await AcceptAsync(line[1]);
        using StreamHandle fork = reader.Fork();
        Assert.True(reader.IsVerified && fork.IsVerified);
        Assert.Equal((length, 32), (reader.TotalLength, reader.Digest.Length));
        Task<byte[]> forked = ReadAllAsync(fork);
        Assert.Equal(Payload[..length], await ReadAllAsync(reader));
        Assert.Equal(Payload[..length], await forked);
        Assert.True(reader.IsComplete);
        Assert.Equal((length, length), (reader.ReceivedBytes, reader.Position));
        await send;
        reader.Dispose();
        fork.Dispose();
        await line.AssertBaselineAsync();
    }

    [Fact]
    [Trait("Scenario", "P10")]
    public async Task Without_proofs_or_without_a_check_a_stream_says_that_it_is_unverified()
    {
        await using NodeLine line = await NodeLine.StartAsync(3, i => new FastPathOptions
        {
            VerifiedGroups = i != 1,
            Verify = i != 2,
        });
        Task unproven = SendAsync(line, 1, new MemoryBody(Payload));
        using StreamHandle plain = await AcceptAsync(line[2]);
        Assert.False(plain.IsVerified);
        Assert.Equal(Payload, await ReadAllAsync(plain));
        await unproven;

        // The proofs are there, and nobody at this node looks at them: the bytes are the same.
        Task proven = SendAsync(line, 0, new MemoryBody(Payload));
        using StreamHandle passing = await AcceptAsync(line[1]);
        Task relay = line[1].RelayToAsync(passing, [line.Right(1)]).AsTask();
        using StreamHandle taken = await AcceptAsync(line[2]);
        Assert.False(taken.IsVerified);
        Assert.Equal(Payload.Length, taken.TotalLength);
        Assert.Equal(Payload, await ReadAllAsync(taken));
        await Task.WhenAll(proven, relay);
    }

    [Fact]
    public async Task A_pipe_reader_sees_the_payload_joined_over_the_proofs()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Task send = SendAsync(line, 0, new MemoryBody(Payload));
        using StreamHandle reader = await AcceptAsync(line[1]);
        Assert.True(reader.IsVerified);
        PipeReader pipe = reader.AsPipeReader();
        var got = new MemoryStream();
        for (int turn = 0; ; turn++)
        {
            ReadResult result = await pipe.ReadAsync();
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (result.IsCompleted && buffer.IsEmpty)
            {
                break;
            }

            // Every other time a part alone is consumed, which ends inside a group.
            long take = turn % 2 == 0 ? buffer.Length : Math.Min(buffer.Length, 5_001);
            foreach (ReadOnlyMemory<byte> part in buffer.Slice(0, take))
            {
                got.Write(part.Span);
            }

            pipe.AdvanceTo(buffer.GetPosition(take));
        }

        Assert.Equal(Payload, got.ToArray());
        await pipe.CompleteAsync();
        await send;
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_target_that_does_not_read_proofs_gets_the_payload_alone()
    {
        await using NodeLine line = await NodeLine.StartAsync(
            3, i => new FastPathOptions { Capabilities = i == 2 ? Capabilities.ArchivedForm : null });
        Task send = SendAsync(line, 0, new MemoryBody(Payload), new byte[] { 5 });
        using StreamHandle passing = await AcceptAsync(line[1]);
        Task relay = line[1].RelayToAsync(passing, [line.Right(1)]).AsTask();
        using StreamHandle reader = await AcceptAsync(line[2]);
        Assert.False(reader.IsVerified);
        Assert.Equal([5], reader.Metadata.ToArray());
        Assert.Equal(Payload, await ReadAllAsync(reader));
        await Task.WhenAll(send, relay);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Scenario", "R9")]
    public async Task A_body_that_changes_while_it_is_sent_is_corrupt_where_it_changed(bool relaysVerify)
    {
        const int Changed = 700_000;
        await using NodeLine line = await NodeLine.StartAsync(3, _ => new FastPathOptions { VerifyRelayed = relaysVerify });
        Task send = SendAsync(line, 0, new ChangingBody(Payload, Changed));
        using StreamHandle passing = await AcceptAsync(line[1]);
        Task relay = line[1].RelayToAsync(passing, [line.Right(1)]).AsTask();
        using StreamHandle reader = await AcceptAsync(line[2]);
        var got = new MemoryStream();
        FastPathException error = await Assert.ThrowsAsync<FastPathException>(async () =>
        {
            while (await reader.ReadAvailableAsync() is { IsEmpty: false } part)
            {
                got.Write(part.Span);
            }
        });
        Assert.Equal(FastPathError.Corrupt, error.Error);
        Assert.Equal(Changed / 16_384 * 16_384, got.Length);
        Assert.True(Payload.AsSpan(0, (int)got.Length).SequenceEqual(got.ToArray()));
        Assert.Equal(got.Length, error.Transfer!.BytesDone);
        Assert.Equal(Payload.Length, error.Transfer.BytesTotal);
        await Assert.ThrowsAsync<FastPathException>(() => send);
        await Assert.ThrowsAsync<FastPathException>(() => relay);
        Assert.Equal(1, line[1].Core.Endpoint.StreamCounters.GroupsFailed);
        Assert.Equal(relaysVerify ? 0 : 1, line[2].Core.Endpoint.StreamCounters.GroupsFailed);
        reader.Dispose();
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task Answers_carry_proofs_through_relays_that_verify_and_lose_packets_and_each_proof_is_computed_once()
    {
        var stores = Enumerable.Range(0, 4).Select(_ => new MemoryContractStore()).ToList();
        await using NodeLine line = await NodeLine.StartAsync(4, i => new FastPathOptions
        {
            Store = stores[i],
            Cache = false,
            VerifyRelayed = true,
            Impairment = new ImpairmentSettings { Seed = (ulong)i, Loss = 0.01 },
        });
        ContractContainer contract = ContractContainer.FromCode(new MemoryBody(Payload), new MemoryBody(new byte[] { 1 }));
        await line[2].PutAsync(line.Right(2), contract, new WrappedState(new MemoryBody(Payload)));
        Assert.Equal(123, line[3].Core.Endpoint.StreamCounters.GroupsVerified);
        for (int turn = 1; turn <= 2; turn++)
        {
            await line[0].GetAsync(contract.Key.Instance);
            Assert.True(stores[0].Remove(contract.Key.Instance));
            Assert.Equal(1, line[3].Host.ProofsComputed);
            Assert.All(line.Nodes.Take(3), node => Assert.Equal(turn * 123, node.Core.Endpoint.StreamCounters.GroupsVerified));
        }

        await line.AssertBaselineAsync();
    }

    private static async Task SendAsync(NodeLine line, int from, IBody body, byte[]? metadata = null) => await line[from].SendAsync(
        line[from + 1].Address, body, new SendOptions { Metadata = metadata ?? [], Retry = RetryBudget.None });

    private static async Task<byte[]> ReadAllAsync(StreamHandle handle)
    {
        using PooledPayload payload = await handle.ReadAllAsync(Payload.Length);
        return payload.Sequence.ToArray();
    }

    private static async Task<StreamHandle> AcceptAsync(FastPathNode node)
    {
        await foreach (StreamHandle stream in node.AcceptStreamsAsync())
        {
            return stream;
        }

        throw new InvalidOperationException("the node ended");
    }
}
