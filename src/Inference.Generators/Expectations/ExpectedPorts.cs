namespace Inference.Generators.Expectations;

/// <summary>Parses the ports listed in an attribute: <c>x: float32[N,64], y: int64[N]</c>.</summary>
internal static class ExpectedPorts
{
    /// <summary>The ports; null if the text has another format.</summary>
    public static List<ExpectedPort>? Parse(string text)
    {
        var ports = new List<ExpectedPort>();
        foreach (string item in Split(text))
        {
            // Names may contain colons, types do not.
            int colon = item.LastIndexOf(':');
            string type = item.Substring(colon + 1).Trim();
            if (colon <= 0 || !IsType(type))
            {
                return null;
            }

            ports.Add(new(item.Substring(0, colon).Trim(), type));
        }

        return ports.Count > 0 && ports.Select(static p => p.Name).Distinct().Count() == ports.Count ? ports : null;
    }

    // Splits at commas outside brackets.
    private static IEnumerable<string> Split(string text)
    {
        int depth = 0, start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ',';
            depth += c is '[' or '(' ? 1 : c is ']' or ')' ? -1 : 0;
            if (c == ',' && (depth == 0 || i == text.Length))
            {
                yield return text.Substring(start, i - start);
                start = i + 1;
            }
        }
    }

    private static bool IsType(string type)
    {
        int bracket = type.IndexOf('[');
        return type.Length > 0 && char.IsLetter(type[0]) && type.Count(static c => c is '[' or '(') == type.Count(static c => c is ']' or ')')
            && (bracket < 0 || type.Contains('(') || type[type.Length - 1] == ']');
    }
}
