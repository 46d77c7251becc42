using System.Security.Cryptography;

namespace FastPath.LegacyNode;

/// <summary>PUT and GET as an old node does them: each message whole, kept, and sent on whole.</summary>
public sealed partial class OldNode
{
    private const int HopsToLive = 10;
    private const string Base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private readonly Dictionary<string, OldContract> _contracts = [];
    private readonly Dictionary<string, OldSession> _askers = [];
    private readonly Dictionary<string, TaskCompletionSource<OldMessage>> _waiting = [];

    /// <summary>Keeps a contract without telling anybody.</summary>
    public Task KeepAsync(OldContract contract) => AskAsync(() => _contracts[Name(contract.Instance)] = contract);

    public Task<OldContract?> FindAsync(byte[] instance) => AskAsync(() => _contracts.GetValueOrDefault(Name(instance)));

    /// <summary>Puts a contract at a peer; true when that has stored it.</summary>
    public async Task<bool> PutAsync(byte[] peer, OldContract contract)
    {
        OldMessage answer = await StartAsync(peer, new OldMessage(OldMessage.Put, OldMessage.Request, NewTransaction())
        {
            Contract = contract,
            HopsToLive = HopsToLive,
        });
        return answer is { Kind: OldMessage.Put, Variant: OldMessage.Response } && answer.Key.AsSpan().SequenceEqual(contract.Key);
    }

    /// <summary>Asks a peer for a contract; null when nobody has it.</summary>
    public async Task<OldContract?> GetAsync(byte[] peer, byte[] instance)
    {
        OldMessage answer = await StartAsync(peer, new OldMessage(OldMessage.Get, OldMessage.Request, NewTransaction())
        {
            Instance = instance,
            HopsToLive = HopsToLive,
        });
        return answer.Contract;
    }

    private Task<OldMessage> StartAsync(byte[] peer, OldMessage request)
    {
        var answer = new TaskCompletionSource<OldMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _commands.Enqueue(() =>
        {
            _waiting[request.Transaction] = answer;
            _sessions.Values.Last(session => session.PeerKey.AsSpan().SequenceEqual(peer)).Send(request.ToBytes());
        });
        return answer.Task;
    }

    private void Handle(OldSession from, byte[] bytes)
    {
        if (OldMessage.Read(bytes) is not { } message)
        {
            return;
        }

        switch (message.Kind, message.Variant)
        {
            case (OldMessage.Put, OldMessage.Request):
                HandlePut(from, message);
                break;
            case (OldMessage.Get, OldMessage.Request):
                HandleGet(from, message);
                break;
            case (OldMessage.Put, OldMessage.Response or OldMessage.Error) or (OldMessage.Get, OldMessage.Response) or (OldMessage.Aborted, _):
                HandleAnswer(message);
                break;
        }
    }

    private void HandlePut(OldSession from, OldMessage request)
    {
        OldContract contract = request.Contract!;
        _contracts[Name(contract.Instance)] = contract;
        if (request.HopsToLive > 0 && Next(from) is { } next)
        {
            _askers[request.Transaction] = from;
            next.Send((request with { HopsToLive = request.HopsToLive - 1 }).ToBytes());
            return;
        }

        from.Send(new OldMessage(OldMessage.Put, OldMessage.Response, request.Transaction) { Key = contract.Key }.ToBytes());
    }

    private void HandleGet(OldSession from, OldMessage request)
    {
        OldContract? found = _contracts.GetValueOrDefault(Name(request.Instance));
        if (found is null && request.HopsToLive > 0 && Next(from) is { } next)
        {
            _askers[request.Transaction] = from;
            next.Send((request with { HopsToLive = request.HopsToLive - 1 }).ToBytes());
            return;
        }

        from.Send(new OldMessage(OldMessage.Get, OldMessage.Response, request.Transaction)
        {
            Instance = request.Instance,
            Contract = found,
        }.ToBytes());
    }

    private void HandleAnswer(OldMessage answer)
    {
        if (_waiting.Remove(answer.Transaction, out TaskCompletionSource<OldMessage>? own))
        {
            own.SetResult(answer);
        }
        else if (_askers.Remove(answer.Transaction, out OldSession? asker))
        {
            asker.Send(answer.ToBytes());
        }
    }

    private OldSession? Next(OldSession from) => _sessions.Values.FirstOrDefault(
        session => session.IsUp && !session.IsClosed && !session.PeerKey.AsSpan().SequenceEqual(from.PeerKey));

    private static string Name(byte[] instance) => Convert.ToHexString(instance);

    private static string NewTransaction() => "0" + RandomNumberGenerator.GetString(Base32, 25);
}
