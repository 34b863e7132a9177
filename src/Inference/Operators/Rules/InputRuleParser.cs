using System.Globalization;
using Inference.Operators.Typed;

namespace Inference.Operators.Rules;

/// <summary>
/// Reads input rules from text. One word an input, in order: <c>name[?]:types[shape[|shape]]</c>; <c>?</c> after the name for an input that may be left out, <c>...</c> at the end
/// of the last word for any number of such inputs.
/// </summary>
/// <remarks>
/// Types: names of sets or of element types joined by <c>+</c> (<c>floating+bool</c>), or a letter with its set (<c>T=floating</c>), which later words name alone; inputs with one
/// letter have one element type. <c>any</c> is every tensor; <c>seq</c>, <c>map</c>, <c>opt</c> other kinds, <c>value</c> every kind.
/// Shapes: see <see cref="ShapePattern"/>; none where every shape will do, which is for kernels that walk whatever comes.
/// </remarks>
internal static class InputRuleParser
{
    private static readonly Dictionary<string, TypeSet> s_sets = new(StringComparer.Ordinal)
    {
        ["any"] = TypeSet.All,
        ["float"] = TypeSet.Float32,
        ["floating"] = TypeSet.Floating,
        ["signed"] = TypeSet.Signed,
        ["unsigned"] = TypeSet.Unsigned,
        ["integer"] = TypeSet.Integer,
        ["numeric"] = TypeSet.Numeric,
        ["index"] = TypeSet.Index,
        ["float8"] = TypeSet.Float8,
        ["packed"] = TypeSet.Packed,
        ["complex"] = TypeSet.Complex,
        ["byte"] = TypeSet.Of(ElementType.Int8, ElementType.UInt8),
    };

    private static readonly Dictionary<string, ElementType> s_types =
        Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined).ToDictionary(t => t.Name(), StringComparer.Ordinal);

    /// <summary>Reads rules.</summary>
    /// <exception cref="FormatException">The text is none of rules.</exception>
    public static InputRule[] Parse(string text)
    {
        string[] words = (text.EndsWith("...", StringComparison.Ordinal) ? text[..^3] : text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var variables = new Dictionary<string, TypeSet>(StringComparer.Ordinal);
        return Array.ConvertAll(words, word => Read(word, variables));
    }

    private static InputRule Read(string word, Dictionary<string, TypeSet> variables)
    {
        int colon = word.IndexOf(':');
        if (colon <= 0)
        {
            throw new FormatException($"Input rule '{word}': expected name:types[shape].");
        }

        string name = word[..colon];
        bool isOptional = name.EndsWith('?');
        string rest = word[(colon + 1)..];
        int bracket = rest.IndexOfAny(['[', '~']);
        (string types, ShapePattern[] shapes) = bracket < 0 ? (rest, []) : (rest[..bracket], Array.ConvertAll(rest[bracket..].Split('|'), ReadShape));
        name = isOptional ? name[..^1] : name;
        switch (types)
        {
            case "value":
                return new(name, isOptional, null, null, Enum.GetValues<ModelValueKind>(), shapes);
            case "seq":
                return new(name, isOptional, null, null, [ModelValueKind.Sequence], shapes);
            case "map":
                return new(name, isOptional, null, null, [ModelValueKind.Map], shapes);
            case "opt":
                return new(name, isOptional, null, null, [ModelValueKind.Optional], shapes);
        }

        int equals = types.IndexOf('=');
        string? variable = null;
        TypeSet set;
        if (equals > 0)
        {
            variable = types[..equals];
            set = ReadTypes(types[(equals + 1)..]);
            variables.Add(variable, set);
        }
        else if (variables.TryGetValue(types, out set))
        {
            variable = types;
        }
        else
        {
            set = ReadTypes(types);
        }

        return new(name, isOptional, set, variable, [ModelValueKind.Tensor], shapes);
    }

    private static TypeSet ReadTypes(string text)
    {
        TypeSet set = default;
        foreach (string name in text.Split('+'))
        {
            set |= s_sets.TryGetValue(name, out TypeSet known) ? known
                : s_types.TryGetValue(name, out ElementType type) ? TypeSet.Of(type)
                : throw new FormatException($"Input rule: '{name}' is not a set of element types.");
        }

        return set;
    }

    private static ShapePattern ReadShape(string text)
    {
        bool isBroadcast = text.StartsWith('~');
        string inner = text.TrimStart('~').Trim('[', ']');
        return new([.. inner.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(ReadDimension)], isBroadcast);
    }

    private static DimensionPattern ReadDimension(string text)
    {
        bool isRun = text.StartsWith('*');
        string[] parts = text.TrimStart('*').Split('/');
        string? variable = null;
        long? size = null;
        foreach (string part in parts)
        {
            if (long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                size = number;
            }
            else if (part is not ("" or "_"))
            {
                variable = part;
            }
        }

        return new(variable, size, isRun);
    }
}
