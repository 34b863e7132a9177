using System.Text;

namespace Inference.Monitoring.Reporting;

/// <summary>A table whose rows are lists of heads and cells on narrow screens. Cells are HTML.</summary>
internal sealed class ReportTable
{
    private readonly StringBuilder _page;
    private readonly string[] _classes;
    private readonly string[] _heads;

    /// <param name="page">Where the table is written.</param>
    /// <param name="heads">The heads; those that begin with # are of columns of numbers.</param>
    public ReportTable(StringBuilder page, params ReadOnlySpan<string> heads)
    {
        _page = page;
        _classes = new string[heads.Length];
        _heads = new string[heads.Length];
        page.Append("<table class=\"stack\"><tr>");
        for (int i = 0; i < heads.Length; i++)
        {
            bool number = heads[i].StartsWith('#');
            _classes[i] = number ? " class=\"n\"" : "";
            _heads[i] = number ? heads[i][1..] : heads[i];
            page.Append($"<th{_classes[i]}>{_heads[i]}</th>");
        }

        page.Append("</tr>");
    }

    public void Row(params ReadOnlySpan<string> cells)
    {
        _page.Append("<tr>");
        for (int i = 0; i < cells.Length; i++)
        {
            _page.Append($"<td{_classes[i]} data-l=\"{_heads[i]}\">{cells[i]}</td>");
        }

        _page.Append("</tr>");
    }

    public void End() => _page.Append("</table>");
}
