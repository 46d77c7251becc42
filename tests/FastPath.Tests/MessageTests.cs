using System.Security.Cryptography;
using FastPath.Diagnostics;
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

    /// <summary>Long answers come by streams, short ones in packets: both look up who waits for them.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public async Task A_thousand_requests_at_once_get_their_own_answers(int longOneOf)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, request, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(request.ToArray().Reverse().ToArray()),
        });
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(async i =>
        {
            byte[] request = new byte[i % longOneOf == 0 ? 3_000 : 20 + (i % 50)];
            new Random(i).NextBytes(request);
            ReadOnlyMemory<byte> answer = await line.Right(0).RequestAsync(request);
            Assert.Equal(request.Reverse(), answer.ToArray());
        }));
    }

    [Fact]
    public async Task A_closed_connection_fails_whoever_waits()
    {
        // Without a handler it would be refused, when it comes before the end.
        var never = new TaskCompletionSource<ReadOnlyMemory<byte>>();
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, _, _) => new ValueTask<ReadOnlyMemory<byte>>(never.Task),
        });
        Task<ReadOnlyMemory<byte>> unanswered = line.Right(0).RequestAsync(new byte[] { 1 }).AsTask();
        await line[1].DisposeAsync();
        FastPathException closed = await Assert.ThrowsAsync<FastPathException>(() => unanswered);
        Assert.Equal(FastPathError.ConnectionClosed, closed.Error);
        Assert.True(line.Right(0).IsClosed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_short_request_and_its_answer_are_two_packets(bool inline)
    {
        const int Requests = 200;
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            UnsafeInlineContinuations = inline,
            RequestHandler = (_, request, _) => ValueTask.FromResult(request),
        });
        PeerStatistics before = line.Right(0).GetStatistics();
        byte[] request = RandomNumberGenerator.GetBytes(1_000);
        for (int i = 0; i < Requests; i++)
        {
            Assert.Equal(request, (await line.Right(0).RequestAsync(request)).ToArray());
        }

        // Each answer carries the ACK of its request, unless the machine stood still for longer than an ACK may wait.
        PeerStatistics after = line.Right(0).GetStatistics();
        Assert.Equal(Requests, after.MessagesReceived - before.MessagesReceived);
        Assert.InRange(after.PacketsReceived - before.PacketsReceived, Requests, Requests * 3 / 2);
        Assert.InRange(after.MessagesSent - before.MessagesSent, Requests, Requests * 3 / 2);
    }

    [Fact]
    public async Task A_cancelled_request_ends_at_once_and_leaves_the_others_alone()
    {
        var answer = new TaskCompletionSource<ReadOnlyMemory<byte>>();
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, _, _) => new ValueTask<ReadOnlyMemory<byte>>(answer.Task),
        });
        using var cancellation = new CancellationTokenSource();
        Task<ReadOnlyMemory<byte>> patient = line.Right(0).RequestAsync(new byte[] { 1 }).AsTask();
        Task<ReadOnlyMemory<byte>> cancelled = line.Right(0).RequestAsync(new byte[] { 2 }, cancellation.Token).AsTask();
        Task<ReadOnlyMemory<byte>> cancelledLong = line.Right(0).RequestAsync(new byte[5_000], cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelledLong);
        answer.SetResult(new byte[] { 3 });
        Assert.Equal([3], (await patient).ToArray());

        // The answers that nobody waits for have come meanwhile, or come now: neither is taken for another one's.
        Assert.Equal([3], (await line.Right(0).RequestAsync(new byte[] { 4 })).ToArray());
        Assert.Equal([3], (await line.Right(0).RequestAsync(new byte[5_000])).ToArray());
    }

    /// <summary>The request's bytes go back to the pool when it is answered: until then they are the handler's.</summary>
    [Theory]
    [InlineData(1_000, false)]
    [InlineData(1_000, true)]
    [InlineData(5_000, false)]
    public async Task Answers_that_are_parts_of_their_requests_come_into_the_callers_memory(int size, bool inline)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            UnsafeInlineContinuations = inline,
            RequestHandler = async (_, request, _) =>
            {
                // Others are taken meanwhile, also into memory that was given back.
                await Task.Yield();
                return request[(request.Length / 2)..];
            },
        });
        await Task.WhenAll(Enumerable.Range(0, 50).Select(seed => Task.Run(async () =>
        {
            byte[] request = new byte[size];
            byte[] answer = new byte[size];
            var random = new Random(seed);
            for (int i = 0; i < 20; i++)
            {
                random.NextBytes(request);
                int length = await line.Right(0).RequestAsync(request, answer);
                Assert.Equal(request[(size / 2)..], answer[..length]);
            }
        })));
        await line.AssertBaselineAsync();
    }

    [Theory]
    [InlineData(100)]
    [InlineData(5_000)]
    public async Task An_answer_that_does_not_fit_its_memory_is_a_typed_failure(int size)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, request, _) => ValueTask.FromResult(request),
        });
        byte[] answer = new byte[size - 1];
        FastPathException tooLarge = await Assert.ThrowsAsync<FastPathException>(
            async () => await line.Right(0).RequestAsync(new byte[size], answer));
        Assert.Equal(FastPathError.TooLarge, tooLarge.Error);
        Assert.Contains($"{size}", tooLarge.Message, StringComparison.Ordinal);
        Assert.Equal(size - 1, await line.Right(0).RequestAsync(new byte[size - 1], answer));
    }

    [Fact]
    public async Task A_cancelled_request_writes_into_nobodys_memory()
    {
        var answer = new TaskCompletionSource<ReadOnlyMemory<byte>>();
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, request, _) => request.Span[0] == 1 ? new(answer.Task) : ValueTask.FromResult(request),
        });
        using var cancellation = new CancellationTokenSource();
        byte[] space = new byte[1];
        Task<int> cancelled = line.Right(0).RequestAsync(new byte[] { 1 }, space, cancellation.Token).AsTask();
        await line.Right(0).RequestAsync(new byte[] { 2 }, new byte[1]);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        answer.SetResult(new byte[] { 3 });

        // Behind the answer that nobody waits for.
        await line.Right(0).RequestAsync(new byte[] { 2 }, new byte[1]);
        Assert.Equal(0, space[0]);
    }

    [Fact]
    public async Task A_message_to_a_disposed_node_fails_instead_of_waiting()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        FastPathPeer peer = line.Right(0);
        Task[] sends = [.. Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            for (int n = 0; n < 1_000; n++)
            {
                await peer.SendAsync(new byte[] { (byte)i });
            }
        }))];
        await line[0].DisposeAsync();
        foreach (Task send in sends)
        {
            FastPathException closed = await Assert.ThrowsAsync<FastPathException>(() => send);
            Assert.Equal(FastPathError.ConnectionClosed, closed.Error);
        }
    }

    [Fact]
    public async Task A_handler_that_throws_refuses_its_request_and_the_next_one_is_answered()
    {
        // The pool may begin with either.
        await using NodeLine line = await NodeLine.StartAsync(2, _ => new FastPathOptions
        {
            RequestHandler = (_, request, _) => request.Span[0] == 1
                ? throw new InvalidOperationException("broken")
                : ValueTask.FromResult(request),
        });
        Task<ReadOnlyMemory<byte>> refused = line.Right(0).RequestAsync(new byte[] { 1 }).AsTask();
        Assert.Equal([2], (await line.Right(0).RequestAsync(new byte[] { 2 })).ToArray());
        await FailsAsync(FastPathError.Refused, refused);
    }

    [Fact]
    [Trait("Scenario", "A1")]
    public async Task A_request_that_nobody_can_answer_is_refused()
    {
        await using NodeLine line = await NodeLine.StartAsync(2);
        await FailsAsync(FastPathError.Refused, line.Right(0).RequestAsync(new byte[10]).AsTask());
        await FailsAsync(FastPathError.Refused, line.Right(0).RequestAsync(new byte[10_000]).AsTask());
    }

    /// <summary>Either may have been acknowledged whole before its receiver looks at its length.</summary>
    [Theory]
    [Trait("Scenario", "A1")]
    [InlineData(0)]
    [InlineData(1)]
    public async Task An_answer_or_a_request_that_its_receiver_does_not_take_ends_the_wait(int narrow)
    {
        await using NodeLine line = await NodeLine.StartAsync(2, i => new FastPathOptions
        {
            MessageBytesMax = i == narrow ? 1_000 : 64 * 1_024,
            RequestHandler = (_, _, _) => ValueTask.FromResult<ReadOnlyMemory<byte>>(new byte[narrow == 0 ? 1_500 : 1]),
        });
        for (int i = 0; i < 20; i++)
        {
            int length = narrow == 0 ? 10 : 1_500;
            FastPathException failure = await Assert.ThrowsAsync<FastPathException>(
                () => line.Right(0).RequestAsync(new byte[length]).AsTask().WaitAsync(Streams.StreamReading.Patience));
            Assert.True(failure.Error is FastPathError.TooLarge or FastPathError.Refused, failure.Message);
        }
    }

    private static async Task FailsAsync(FastPathError error, Task act)
    {
        FastPathException failure = await Assert.ThrowsAsync<FastPathException>(() => act.WaitAsync(Streams.StreamReading.Patience));
        Assert.Equal(error, failure.Error);
    }
}
