using FastPath.Protocol.Relaying;
using FastPath.Protocol.Time;

namespace FastPath.Protocol.Operations;

/// <summary>
/// Several that share one transfer wait for each other, since they read one ring; one that is slow is waited for a while and
/// then ends as too slow: it may ask again, from where it stands, for a transfer of its own or for what the cache has by then.
/// </summary>
internal sealed partial class GetTable
{
    // A look costs little, and an end that comes a fifth late harms nobody.
    private const int LooksOfTimeout = 5;

    private Instant _nextLook = Instant.Never;

    private void Share(GetTransfer transfer, IFanOutMember? taker, bool isAwaited = true)
    {
        transfer.AddTaker(_now, taker, _settings.LaggardTimeout, isAwaited);
        _nextLook = Instant.Min(_nextLook, transfer.NextLook);
    }

    private void LookForLaggards()
    {
        if (_now < _nextLook)
        {
            return;
        }

        _nextLook = Instant.Never;
        GetTransfer[] due = [.. _transfers.Values.SelectMany(transfers => transfers).Where(t => _now >= t.NextLook)];
        foreach (GetTransfer transfer in due)
        {
            transfer.Look(_now, _settings.LaggardTimeout / LooksOfTimeout);
        }

        foreach (GetTransfer transfer in _transfers.Values.SelectMany(transfers => transfers))
        {
            _nextLook = Instant.Min(_nextLook, transfer.NextLook);
        }
    }
}
