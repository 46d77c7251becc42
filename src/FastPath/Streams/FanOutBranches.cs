using FastPath.Hosting;
using FastPath.Protocol.Connections;
using FastPath.Protocol.Relaying;
using FastPath.Protocol.Streams;

namespace FastPath.Streams;

/// <summary>Targets made ready to take bytes.</summary>
internal static class FanOutBranches
{
    /// <summary>A peer that is sent to from the shared ring.</summary>
    public static bool IsDirect(FanOutTarget target) => target.Peer is not null && target.Policy.SpillFolder is null;

    /// <param name="host">Its loop and its budget.</param>
    /// <param name="targets">In order.</param>
    /// <param name="description">What every target is told; proofs reach those alone that share the ring.</param>
    /// <param name="role">Of this node.</param>
    /// <param name="routes">Of the direct peers, in order.</param>
    /// <param name="addReader">Gives one more reader of the shared ring; called after everything else that may fail.</param>
    /// <exception cref="FastPathException">LocalResource: the budget has no room for a ring behind a spill file.</exception>
    public static FanOutBranch[] Create(
        NodeHost host,
        IReadOnlyList<FanOutTarget> targets,
        StreamDescription description,
        TransferRole role,
        IReadOnlyList<SendTarget> routes,
        Func<StreamHandle> addReader)
    {
        RingWriter?[] behind = CreateSpillTargets(host, targets, description);
        var branches = new FanOutBranch[targets.Count];
        int route = 0;
        for (int i = 0; i < branches.Length; i++)
        {
            FanOutTarget target = targets[i];
            if (IsDirect(target))
            {
                branches[i] = new PeerBranch(target.Policy, routes[route++], description, role);
            }
            else if (behind[i] is { } writer)
            {
                StreamHandle? reader = target.Peer is null ? writer.AddReader() : null;
                branches[i] = new ReaderBranch(target, addReader(), writer, reader);
                host.Loop.Post(writer.Open);
            }
            else
            {
                branches[i] = new ReaderBranch(target, addReader());
            }
        }

        return branches;
    }

    private static RingWriter?[] CreateSpillTargets(
        NodeHost host, IReadOnlyList<FanOutTarget> targets, StreamDescription description)
    {
        var writers = new RingWriter?[targets.Count];
        try
        {
            for (int i = 0; i < writers.Length; i++)
            {
                if (targets[i].Policy.SpillFolder is not null)
                {
                    Connection[] peer = targets[i].Peer is { } to ? [to.Connection] : [];
                    writers[i] = RingWriter.Create(
                        host.Loop, host.Core.Endpoint.Pool, peer, description with { CarriesProofs = false }, host.SendWindowBytes);
                }
            }

            return writers;
        }
        catch
        {
            foreach (RingWriter? writer in writers)
            {
                writer?.Dispose();
            }

            throw;
        }
    }
}
