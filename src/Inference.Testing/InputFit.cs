namespace Inference.Testing;

/// <summary>Checks inputs against a signature: names, kinds, element types, ranks, fixed dimensions, and equal sizes of equal symbols.</summary>
internal static class InputFit
{
    /// <exception cref="InvalidInputException">The inputs do not fit.</exception>
    public static void Require(ModelInfo info, NamedValues inputs)
    {
        foreach ((string name, _) in inputs)
        {
            if (!info.Inputs.Any(p => p.Name == name))
            {
                throw Misfit(info, name, $"one of the inputs {string.Join(", ", info.Inputs.Select(p => $"'{p.Name}'"))}", $"'{name}'");
            }
        }

        var symbols = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (ModelPort port in info.Inputs)
        {
            if (!inputs.TryGetValue(port.Name, out ModelValue? value))
            {
                if (!port.IsOptional)
                {
                    throw Misfit(info, port.Name, port.Type.ToString(), "none");
                }
            }
            else if (!Fits(port.Type, value, symbols))
            {
                throw Misfit(info, port.Name, port.Type.ToString(), value is TensorValue tensor ? tensor.ToString() : value.Kind.ToString());
            }
        }
    }

    private static bool Fits(ModelValueType type, ModelValue value, Dictionary<string, long> symbols)
    {
        if (value.Kind != type.Kind || value is not TensorValue tensor)
        {
            return value.Kind == type.Kind;
        }

        if (type.ElementType != ElementType.Undefined && type.ElementType != tensor.ElementType)
        {
            return false;
        }

        if (type.Shape is { } shape)
        {
            if (shape.Count != tensor.Rank)
            {
                return false;
            }

            for (int i = 0; i < shape.Count; i++)
            {
                long expected = shape[i].Size ?? (shape[i].Symbol is { } symbol ? symbols.TryAdd(symbol, tensor.Shape[i]) ? tensor.Shape[i] : symbols[symbol] : tensor.Shape[i]);
                if (expected != tensor.Shape[i])
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static InvalidInputException Misfit(ModelInfo info, string input, string expected, string actual) =>
        new($"Model '{info.Name}', input '{input}': expected {expected}, got {actual}. Pass values that fit the signature.") { Input = input, Expected = expected, Actual = actual };
}
