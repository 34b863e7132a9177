using System.Text;

namespace Inference.Generators.Emission;

/// <summary>C# text with indentation.</summary>
internal sealed class SourceText
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>Adds lines; an empty one stays empty.</summary>
    public SourceText Line(string line = "")
    {
        if (line.Length > 0)
        {
            _text.Append(' ', _depth * 4).Append(line);
        }

        _text.Append('\n');
        return this;
    }

    /// <summary>Adds a line and opens its block.</summary>
    public SourceText Open(string line)
    {
        Line(line).Line("{");
        _depth++;
        return this;
    }

    /// <summary>Closes the innermost block.</summary>
    public SourceText Close()
    {
        _depth--;
        return Line("}");
    }

    public override string ToString() => _text.ToString();
}
