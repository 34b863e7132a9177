using System.Globalization;

namespace Inference.Testing;

/// <summary>Reads ports such as <c>x: float32[N,64], y: int64[N]</c>, as <see cref="ModelPort.ToString"/> writes them; tensors only.</summary>
internal static class PortText
{
    private static readonly Dictionary<string, ElementType> s_types = Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined).ToDictionary(t => t.Name(), StringComparer.Ordinal);

    /// <summary>Reads a list of ports; empty for an empty text.</summary>
    /// <exception cref="FormatException">The text is not such a list.</exception>
    public static ModelPort[] Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ports = new List<ModelPort>();
        for (int start = 0; start < text.Length;)
        {
            // The comma after the shape, not those in it.
            int bracket = text.IndexOfAny(['[', ','], start);
            int close = bracket >= 0 && text[bracket] == '[' ? text.IndexOf(']', bracket) : bracket;
            int end = close < 0 ? -1 : text.IndexOf(',', close);
            ports.Add(One(text[start..(end < 0 ? text.Length : end)].Trim(), text));
            start = end < 0 ? text.Length : end + 1;
        }

        return [.. ports];
    }

    private static ModelPort One(string port, string text)
    {
        int colon = port.LastIndexOf(':');
        string type = colon < 1 ? "" : port[(colon + 1)..].Trim();
        int bracket = type.IndexOf('[', StringComparison.Ordinal);
        if (type.Length == 0 || (bracket >= 0 && !type.EndsWith(']')) || !s_types.TryGetValue(bracket < 0 ? type : type[..bracket], out ElementType element))
        {
            throw new FormatException($"Expected ports such as 'x: float32[N,64], y: int64[N]', got '{port}' in '{text}'. Correct it.");
        }

        string[] dimensions = bracket < 0 ? [] : type[(bracket + 1)..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<Dimension>? shape = bracket < 0 || dimensions is ["..."] ? null
            : [.. dimensions.Select(d => long.TryParse(d, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? Dimension.Fixed(size) : d == "?" ? Dimension.Unknown : Dimension.Named(d))];
        return new(port[..colon].Trim(), ModelValueType.Tensor(element, shape));
    }
}
