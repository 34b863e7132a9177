using System.Globalization;
using System.Text;
using Inference.Cli.Running;
using Inference.Cli.Verification;

namespace Inference.Cli.Scoring;

/// <summary>Writes scores as comma-separated text: one column per element of an output's row, named <c>output</c> or <c>output[i]</c>.</summary>
internal sealed class CsvScoreWriter : ScoreWriter
{
    private readonly OutputFile _file;
    private readonly StreamWriter _writer;
    private bool _hasHeader;

    public CsvScoreWriter(string path)
    {
        _file = new OutputFile(path);
        _writer = new StreamWriter(_file.Stream, new UTF8Encoding(false)) { NewLine = "\n" };
    }

    public override void Append(NamedValues outputs, int rows)
    {
        var columns = new List<(string Name, string[] Texts, int Width)>();
        foreach ((string name, ModelValue value) in outputs)
        {
            TensorValue tensor = Rows(name, value, rows);
            string[] texts = Texts(tensor);
            columns.Add((name, texts, (int)(texts.Length / tensor.Shape[0])));
        }

        if (!_hasHeader)
        {
            _hasHeader = true;
            _writer.WriteLine(string.Join(',', columns.SelectMany(c => c.Width == 1 ? [Quote(c.Name)] : Enumerable.Range(0, c.Width).Select(i => Quote($"{c.Name}[{i}]")))));
        }

        for (int row = 0; row < rows; row++)
        {
            _writer.WriteLine(string.Join(',', columns.SelectMany(c => new ArraySegment<string>(c.Texts, row * c.Width, c.Width))));
        }
    }

    public override void Complete()
    {
        _writer.Flush();
        _file.Complete();
    }

    public override void Dispose()
    {
        _file.Dispose();
    }

    private static string[] Texts(TensorValue tensor) => tensor.ElementType switch
    {
        ElementType.String => [.. tensor.AsSpan<string>().ToArray().Select(Quote)],
        ElementType.Float32 => Array.ConvertAll(tensor.AsSpan<float>().ToArray(), v => v.ToString("R", CultureInfo.InvariantCulture)),
        ElementType.Int64 => Array.ConvertAll(tensor.AsSpan<long>().ToArray(), v => v.ToString(CultureInfo.InvariantCulture)),
        _ => Array.ConvertAll(ValueComparer.Numbers(tensor), v => v.ToString("R", CultureInfo.InvariantCulture)),
    };

    private static string Quote(string text) => text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
