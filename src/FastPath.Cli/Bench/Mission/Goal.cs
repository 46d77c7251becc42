using System.Text.Json.Nodes;
using FastPath.Cli.Output;

namespace FastPath.Cli.Bench.Mission;

/// <summary>One measure of success: what it is, what was measured, and what it has to be.</summary>
/// <param name="Id">Name in documents.</param>
/// <param name="Name">For people.</param>
/// <param name="Measured">What it came to.</param>
/// <param name="Limit">At least or at most this.</param>
/// <param name="IsFloor">At least; otherwise at most.</param>
/// <param name="Format">Number format and unit: <c>0.0 us</c>.</param>
/// <param name="Remark">How it was measured.</param>
internal sealed record Goal(string Id, string Name, double Measured, double Limit, bool IsFloor, string Format, string Remark)
{
    public bool IsMet => IsFloor ? Measured >= Limit : Measured <= Limit;

    public JsonObject ToJson() => new()
    {
        ["name"] = Id,
        ["measured"] = Measured,
        [IsFloor ? "at_least" : "at_most"] = Limit,
        ["met"] = IsMet,
        ["remark"] = Remark,
    };

    public void AddTo(FigureTable table) => table.Add(
        $"{(IsMet ? "met   " : "MISSED")} {Name}",
        Text(Measured),
        $"{(IsFloor ? "at least" : "at most")} {Text(Limit)}; {Remark}");

    private string Text(double value)
    {
        int unit = Format.IndexOf(' ', StringComparison.Ordinal);
        return unit < 0 ? value.ToString(Format) : value.ToString(Format[..unit]) + Format[unit..];
    }
}
