using Spectre.Console;

namespace FastPath.Cli.Output;

/// <summary>Measured values for people: a name, a figure, a remark.</summary>
internal sealed class FigureTable
{
    private readonly Table _table = new Table().Border(TableBorder.Simple).HideHeaders();

    public FigureTable()
    {
        _table.AddColumn("");
        _table.AddColumn(new TableColumn("").RightAligned());
        _table.AddColumn("");
    }

    public void Add(string name, string figure, string remark) =>
        _table.AddRow(Markup.Escape(name), Markup.Escape(figure), Markup.Escape(remark));

    /// <summary>Nothing when there is no such figure.</summary>
    /// <param name="format">Number format and unit: <c>0.0 us</c>.</param>
    public void Add(string name, double? figure, string format, string remark)
    {
        if (figure is { } value)
        {
            int unit = format.IndexOf(' ', StringComparison.Ordinal);
            Add(name, value.ToString(format[..unit]) + format[unit..], remark);
        }
    }

    public void Print() => AnsiConsole.Write(_table);
}
