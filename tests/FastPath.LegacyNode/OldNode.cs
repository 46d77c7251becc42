using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using FastPath.Protocol.Cryptography;
using FastPath.Protocol.Time;

namespace FastPath.LegacyNode;

/// <summary>A node of wire version 0 on a UDP port of the loopback: one thread, one socket, contracts in memory.</summary>
public sealed partial class OldNode : IAsyncDisposable
{
    private static readonly long Origin = Stopwatch.GetTimestamp();

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly StaticKeyPair _identity = StaticKeyPair.FromPrivateKey(RandomNumberGenerator.GetBytes(32));
    private readonly ConcurrentQueue<Action> _commands = new();
    private readonly Dictionary<uint, OldSession> _sessions = [];
    private readonly Dictionary<uint, (NoiseIkHandshake State, byte[] MessageOne, IPEndPoint To, TaskCompletionSource Done)> _dials = [];
    private readonly Dictionary<string, byte[]> _answers = [];
    private readonly Thread _thread;
    private volatile bool _isStopping;
    private Instant _resendAt = Instant.Zero;

    private OldNode()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.ReceiveBufferSize = 1 << 20;
        _thread = new Thread(Run) { IsBackground = true, Name = "old node" };
        _thread.Start();
    }

    public byte[] PublicKey => _identity.PublicKey.ToArray();

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    private static Instant Now => Instant.Zero + Duration.FromTimeSpan(Stopwatch.GetElapsedTime(Origin));

    public static OldNode Start() => new();

    /// <summary>Dials another node; ends when its answer has come.</summary>
    public Task ConnectAsync(byte[] publicKey, IPEndPoint endPoint)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(() =>
        {
            uint index = NewIndex();
            byte[] message = OldHandshake.WriteMessageOne(
                _identity, publicKey, RandomNumberGenerator.GetBytes(32), index, out NoiseIkHandshake state);
            _dials[index] = (state, message, endPoint, done);
            _socket.SendTo(message, endPoint);
        });
        return done.Task;
    }

    /// <summary>What its sessions met that no node should send to an old one.</summary>
    public Task<int> CountForeignAsync() => AskAsync(() => _sessions.Values.Sum(session => session.ForeignStreams + session.UnknownFrames));

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await Task.Run(_thread.Join);
        _socket.Dispose();
        foreach (OldSession session in _sessions.Values)
        {
            session.Dispose();
        }

        _identity.Dispose();
    }

    private Task<T> AskAsync<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(() => answer.SetResult(question()));
        return answer.Task;
    }

    private void Run()
    {
        byte[] buffer = new byte[2_048];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!_isStopping)
        {
            while (_commands.TryDequeue(out Action? command))
            {
                command();
            }

            for (bool isReadable = _socket.Poll(TimeSpan.FromMilliseconds(2), SelectMode.SelectRead); isReadable; isReadable = _socket.Available > 0)
            {
                int length = _socket.ReceiveFrom(buffer, ref from);
                Receive(buffer.AsSpan(0, length), (IPEndPoint)from);
            }

            if (Now >= _resendAt)
            {
                _resendAt = Now + Duration.FromMilliseconds(50);
                Resend();
            }

            Transmit();
        }

        foreach (OldSession session in _sessions.Values)
        {
            session.Close();
        }

        Transmit();
    }

    private void Receive(Span<byte> datagram, IPEndPoint from)
    {
        switch (datagram.Length < 12 ? 0 : datagram[0])
        {
            case 0x10:
                Answer(datagram, from);
                break;
            case 0x11:
                FinishDial(datagram);
                break;
            case 0x12 when _sessions.TryGetValue(BinaryPrimitives.ReadUInt32LittleEndian(datagram[1..]), out OldSession? session):
                session.Receive(Now, datagram);
                break;
        }
    }

    private void Answer(ReadOnlySpan<byte> messageOne, IPEndPoint from)
    {
        string fingerprint = Convert.ToHexString(messageOne[^32..]);
        if (!_answers.TryGetValue(fingerprint, out byte[]? answer))
        {
            uint index = NewIndex();
            answer = OldHandshake.WriteMessageTwo(
                messageOne, _identity, RandomNumberGenerator.GetBytes(32), index, out NoiseIkHandshake state, out uint remoteIndex);
            if (answer is null)
            {
                return;
            }

            _answers[fingerprint] = answer;
            Add(index, new OldSession(state, isInitiator: false, remoteIndex, from, Now));
        }

        _socket.SendTo(answer, from);
    }

    private void FinishDial(ReadOnlySpan<byte> messageTwo)
    {
        uint index = BinaryPrimitives.ReadUInt32LittleEndian(messageTwo[8..]);
        if (!_dials.Remove(index, out var dial))
        {
            return;
        }

        if (OldHandshake.Finish(messageTwo, dial.State, out uint remoteIndex))
        {
            Add(index, new OldSession(dial.State, isInitiator: true, remoteIndex, dial.To, Now));
            dial.Done.SetResult();
        }
        else
        {
            dial.Done.SetException(new InvalidOperationException("refused"));
        }
    }

    private void Add(uint index, OldSession session)
    {
        session.Arrived = message => Handle(session, message);
        _sessions[index] = session;
    }

    private void Resend()
    {
        foreach (OldSession session in _sessions.Values)
        {
            session.HandleTime(Now);
        }

        foreach ((NoiseIkHandshake _, byte[] messageOne, IPEndPoint to, TaskCompletionSource _) in _dials.Values)
        {
            _socket.SendTo(messageOne, to);
        }
    }

    private void Transmit()
    {
        foreach (OldSession session in _sessions.Values)
        {
            while (session.Poll(Now) is { } packet)
            {
                _socket.SendTo(packet, session.Address);
            }
        }
    }

    private static uint NewIndex() => BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(4));
}
