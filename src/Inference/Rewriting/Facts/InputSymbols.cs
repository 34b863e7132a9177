namespace Inference.Rewriting.Facts;

/// <summary>
/// A symbol that a model uses for several dimensions of its inputs says that they are of one size, which no call is refused for. Before rewrites, which take equal
/// symbols for equal sizes, each gets a form of its own.
/// </summary>
internal static class InputSymbols
{
    /// <summary>Tells shared symbols apart.</summary>
    /// <returns>The inputs' types as they were; null where no symbol is shared and nothing changed.</returns>
    public static IReadOnlyDictionary<Value, ModelValueType>? Separate(ModelGraph graph)
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        Dictionary<Value, ModelValueType>? before = null;
        foreach (Value input in graph.Inputs)
        {
            if (input.Type is not { Kind: ModelValueKind.Tensor, Shape: { } shape } type)
            {
                continue;
            }

            Dimension[] own = [.. shape];
            bool changed = false;
            for (int i = 0; i < own.Length; i++)
            {
                if (own[i].Symbol is { } symbol)
                {
                    int form = seen.GetValueOrDefault(symbol);
                    seen[symbol] = form + 1;
                    changed |= form > 0;
                    own[i] = SymbolForms.Form(symbol, form);
                }
            }

            if (changed)
            {
                (before ??= []).Add(input, type);
                input.Type = type with { Shape = own };
            }
        }

        return before;
    }

    /// <summary>Puts types back.</summary>
    public static void Restore(IReadOnlyDictionary<Value, ModelValueType> before)
    {
        foreach ((Value input, ModelValueType type) in before)
        {
            input.Type = type;
        }
    }
}
