using System.Text;

namespace Inference.Optimization.Data;

/// <summary>Splits a line of a table into cells; a cell in double quotes may hold the delimiter, and "" for a quote. Source: RFC 4180, without line breaks in cells.</summary>
internal static class CsvLine
{
    public static void Split(string line, char delimiter, List<string> cells)
    {
        cells.Clear();
        var cell = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"')
            {
                cell.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == delimiter && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
    }
}
