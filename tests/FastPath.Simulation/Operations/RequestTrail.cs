using FastPath.Protocol.Time;

namespace FastPath.Simulation.Operations;

/// <summary>Who asked whom on behalf of every request, and which nodes were lost when.</summary>
/// <remarks>
/// A search passes on who was asked already, and says so when it comes back: a node is asked again only when what its branch
/// knew was lost with a node of that branch, or by the thorough search, which asks again what it reaches with more hops.
/// Anything else is a loop.
/// </remarks>
internal sealed class RequestTrail
{
    private readonly Dictionary<UInt128, List<Step>> _steps = [];
    private readonly List<(int Node, Instant At)> _losses = [];

    /// <summary>Questions that came again after a node of the branch that asked first was lost.</summary>
    public int AfterLoss { get; private set; }

    /// <summary>Questions that came again with more hops than before.</summary>
    public int WithMoreHops { get; private set; }

    /// <summary>The first question that came again for no reason; null while there is none.</summary>
    public string? Unexplained { get; private set; }

    /// <param name="life">A node that was lost has forgotten what it was asked: its lives are compared with themselves alone.</param>
    /// <param name="from">The node that asks; null at the origin.</param>
    /// <param name="isThorough">Of the search that asks again what it reaches with more hops.</param>
    public void Ask(UInt128 transaction, int node, int life, int? from, Instant now, byte hopsToLive, bool isThorough)
    {
        if (!_steps.TryGetValue(transaction, out List<Step>? steps))
        {
            _steps.Add(transaction, steps = []);
        }

        var step = new Step(node, life, from is null ? null : steps.FindLast(s => s.Node == from), now, hopsToLive, isThorough);
        List<Step> earlier = steps.FindAll(s => s.Node == node && s.Life == life);
        steps.Add(step);
        if (earlier.Count == 0)
        {
            return;
        }

        Step[] unexplained = [.. earlier.Where(s => !IsWithMoreHops(s, step) && !IsLostBetween(steps, s, step))];
        if (unexplained.Length > 0)
        {
            Unexplained ??= $"node {node} was asked by {PathOf(step)} though {string.Join(", and ", unexplained.Select(PathOf))} was there; all: {string.Join(" | ", steps.Select(PathOf))}; lost: {string.Join(", ", _losses.TakeLast(12))}";
        }
        else if (earlier.Exists(s => !IsWithMoreHops(s, step)))
        {
            AfterLoss++;
        }
        else
        {
            WithMoreHops++;
        }
    }

    /// <summary>A node was lost, or has found that a neighbour is.</summary>
    public void Lose(int node, Instant now) => _losses.Add((node, now));

    private static bool IsWithMoreHops(Step first, Step second) =>
        second.IsThorough && (!first.IsThorough || first.HopsToLive < second.HopsToLive);

    /// <summary>
    /// Whether on one of the ways, from where they part, a node was lost or has lost a neighbour since this request came to it
    /// first: what the branch knew never came to the other one then, or the late word of a branch that was given up was taken
    /// for one of this.
    /// </summary>
    private bool IsLostBetween(List<Step> steps, Step first, Step second)
    {
        HashSet<Step> apart = [.. first.Way()];
        apart.SymmetricExceptWith(second.Way());
        Step? fork = second.Way().FirstOrDefault(first.Way().Contains);
        return apart.Append(fork).OfType<Step>().Select(step => steps.Find(s => s.Node == step.Node)!).Any(
            step => _losses.Exists(loss => loss.Node == step.Node && loss.At >= step.At && loss.At <= second.At));
    }

    private static string PathOf(Step step) => string.Join(" < ", step.Way().Select(s => $"{s.Node} at {s.At}"));

    private sealed record Step(int Node, int Life, Step? Before, Instant At, byte HopsToLive, bool IsThorough)
    {
        /// <summary>This step and those before it, the origin last.</summary>
        public IEnumerable<Step> Way()
        {
            for (Step? step = this; step is not null; step = step.Before)
            {
                yield return step;
            }
        }
    }
}
