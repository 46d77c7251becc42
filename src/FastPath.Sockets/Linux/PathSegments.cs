using FastPath.Buffers.Datagrams;

namespace FastPath.Sockets.Linux;

/// <summary>How many datagrams one buffer to a peer may carry: halved when the kernel refuses it, doubled again with care.</summary>
/// <remarks>
/// Each path has its own number, and one that never refused is not even remembered. After a refusal a path takes
/// <see cref="SendsFirst"/> sends before it is asked for twice as much; each time that is refused it is left alone for twice
/// as many, up to <see cref="SendsMax"/>, so that what a path cannot do costs next to nothing. Owned by the loop thread.
/// </remarks>
internal sealed class PathSegments
{
    public const int SendsFirst = 4_096;
    public const int SendsMax = 1 << 20;
    private const int PathsMax = 1_024;

    private readonly Dictionary<PeerAddress, Path> _paths = [];

    /// <summary>Datagrams that the next buffer may carry; 1: no offload.</summary>
    public int MaxOf(PeerAddress to) =>
        _paths.Count > 0 && _paths.TryGetValue(to, out Path? path) ? path.Max : SendGroup.DatagramsMax;

    /// <summary>A buffer, or one datagram alone, went out.</summary>
    public void OnSent(PeerAddress to)
    {
        if (_paths.Count == 0 || !_paths.TryGetValue(to, out Path? path) || ++path.Sent < path.Patience)
        {
            return;
        }

        if (path.Max == SendGroup.DatagramsMax)
        {
            _paths.Remove(to);
            return;
        }

        path.Max = Math.Min(2 * path.Max, SendGroup.DatagramsMax);
        path.Sent = 0;
        path.IsTrying = true;
    }

    /// <summary>A buffer was refused whose datagrams pass alone.</summary>
    /// <param name="to">The peer.</param>
    /// <param name="datagrams">That it carried.</param>
    /// <param name="isForGood">The device cannot cut buffers of any size.</param>
    public void OnRefused(PeerAddress to, int datagrams, bool isForGood)
    {
        if (!_paths.TryGetValue(to, out Path? path))
        {
            if (_paths.Count == PathsMax)
            {
                // Forgetting costs a few refused calls a path; remembering without end would cost memory.
                _paths.Clear();
            }

            path = new Path();
            _paths.Add(to, path);
        }

        path.Sent = 0;
        if (datagrams > path.Max)
        {
            // It was put together before the last refusal, and says nothing new.
            return;
        }

        path.Max = isForGood ? 1 : Math.Max(1, datagrams / 2);
        path.Patience = path.IsTrying ? Math.Min(2 * path.Patience, SendsMax) : path.Patience;
        path.IsTrying = false;
    }

    private sealed class Path
    {
        public int Max { get; set; } = SendGroup.DatagramsMax;

        /// <summary>Since the last change.</summary>
        public int Sent { get; set; }

        /// <summary>Sends after which more is tried.</summary>
        public int Patience { get; set; } = SendsFirst;

        /// <summary>The last change was a raise.</summary>
        public bool IsTrying { get; set; }
    }
}
