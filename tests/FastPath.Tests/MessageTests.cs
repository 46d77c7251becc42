using System.Security.Cryptography;
using FastPath.Options;
using FastPath.Sockets.Impairment;

namespace FastPath.Tests;

/// <summary>Messages and requests over real sockets.</summary>
public sealed class MessageTests
{
    [Fact]
    public async Task Messages_of_every_size_arrive_once_on_a_bad_path()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions
        {
            Impairment = new ImpairmentSettings { Seed = (ulong)i, Loss = 0.05, Duplication = 0.1, Reordering = 0.1 },
        });
        int[] sizes = [0, 1, 1_000, 1_120, 1_121, 1_122, 1_123, 1_124, 1_125, 1_130, 1_140, 1_150, 5_000, 65_535, 65_536];
        byte[][] messages = [.. sizes.Select(RandomNumberGenerator.GetBytes)];
        Task[] sends = [.. messages.Select(message => line.Right(0).SendAsync(message).AsTask())];
        List<byte[]> received = [];
        await foreach (IncomingMessage message in line[1].ReceiveMessagesAsync())
        {
            Assert.Equal(line[0].Address.PublicKey.ToArray(), message.Peer.PublicKey.ToArray());
            received.Add(message.Bytes.ToArray());
            if (received.Count == messages.Length)
            {
                break;
            }
        }

        await Task.WhenAll(sends);
        Assert.Equal(messages.Select(Convert.ToHexString).Order(), received.Select(Convert.ToHexString).Order());
        FastPathException tooLarge = await Assert.ThrowsAsync<FastPathException>(
            async () => await line.Right(0).SendAsync(new byte[65_537]));
        Assert.Equal(FastPathError.TooLarge, tooLarge.Error);
        await line.AssertBaselineAsync();
    }

    [Fact]
    public async Task A_thousand_requests_at_once_get_their_own_answers()
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, request, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(request.ToArray().Reverse().ToArray()),
        });
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async i =>
        {
            byte[] request = new byte[i % 10 == 0 ? 3_000 : 20 + (i % 50)];
            new Random(i).NextBytes(request);
            ReadOnlyMemory<byte> answer = await line.Right(0).RequestAsync(request);
            Assert.Equal(request.Reverse(), answer.ToArray());
        }));
    }

    [Fact]
    public async Task A_closed_connection_fails_whoever_waits()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        Task<ReadOnlyMemory<byte>> unanswered = line.Right(0).RequestAsync(new byte[] { 1 }).AsTask();
        await line[1].DisposeAsync();
        FastPathException closed = await Assert.ThrowsAsync<FastPathException>(() => unanswered);
        Assert.Equal(FastPathError.ConnectionClosed, closed.Error);
        Assert.True(line.Right(0).IsClosed);
    }
}
