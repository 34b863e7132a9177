using Spectre.Console;
using Spectre.Console.Rendering;

namespace Inference.Cli.Terminal;

/// <summary>
/// A table on standard output, by Spectre.Console. On a terminal it fits the width: long cells wrap, and titles are bold unless <c>NO_COLOR</c> is set. A file or a pipe
/// receives plain text: columns separated by two spaces, one line per row whatever its length, no truncation and no control sequences.
/// </summary>
/// <param name="output">Where to; standard output where null.</param>
internal sealed class ConsoleTable(TextWriter? output = null)
{
    private const int Gap = 2;

    private readonly TextWriter _output = output ?? Console.Out;
    private readonly List<(string Title, Justify Side)> _columns = [];
    private readonly List<string[]> _rows = [];

    /// <summary>A table of names and values: two columns without titles.</summary>
    public static ConsoleTable OfFacts(TextWriter? output = null) => new ConsoleTable(output).Text("").Text("");

    /// <summary>Adds a column of texts.</summary>
    public ConsoleTable Text(string title) => Column(title, Justify.Left);

    /// <summary>Adds columns of numbers.</summary>
    public ConsoleTable Numbers(params ReadOnlySpan<string> titles)
    {
        foreach (string title in titles)
        {
            Column(title, Justify.Right);
        }

        return this;
    }

    /// <summary>Adds a row; as many cells as there are columns.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(PlainText.Of)]);

    /// <summary>Writes the table; nothing where it has no rows.</summary>
    public void Write()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        var target = new AnsiConsoleOutput(_output);
        if (target.IsTerminal)
        {
            IAnsiConsole terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = target });
            terminal.Write(Draw(terminal.Profile.Capabilities.ColorSystem == ColorSystem.NoColors ? Style.Plain : new Style(decoration: Decoration.Bold), Width() > terminal.Profile.Width ? 1 : Gap));
            return;
        }

        using var text = new StringWriter();
        IAnsiConsole plain = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        plain.Profile.Width = int.MaxValue;
        plain.Write(Draw(Style.Plain, Gap));

        // Spectre.Console pads the last column as well.
        foreach (ReadOnlySpan<char> line in text.ToString().AsSpan().TrimEnd().EnumerateLines())
        {
            _output.WriteLine(line.TrimEnd());
        }
    }

    private ConsoleTable Column(string title, Justify side)
    {
        _columns.Add((title, side));
        return this;
    }

    private int Width() => _columns.Select((c, i) => Math.Max(c.Title.Length, _rows.Max(r => r[i].Length))).Sum() + (Gap * (_columns.Count - 1));

    private Table Draw(Style titles, int gap)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = _columns.Exists(static c => c.Title.Length > 0) };
        foreach ((string title, Justify side) in _columns)
        {
            table.AddColumn(new TableColumn(new Text(title, titles)) { Alignment = side, Padding = new Padding(0, 0, gap, 0) });
        }

        foreach (string[] cells in _rows)
        {
            table.AddRow(cells.Select(static IRenderable (cell) => new Text(cell)));
        }

        return table;
    }
}
