namespace Inference;

/// <summary>Whether a model has the ports that a class was built for.</summary>
internal static class SignatureFit
{
    /// <summary>Checks a model before it is run.</summary>
    /// <exception cref="ModelSignatureException">A port is missing or has another type, or the model requires an input that the class does not have.</exception>
    public static void Require(string typeName, ModelInfo info, IReadOnlyList<ModelPort> inputs, IReadOnlyList<ModelPort> outputs)
    {
        foreach (ModelPort expected in inputs)
        {
            RequirePort(typeName, info, "input", expected, info.Inputs, FitsInput);
        }

        foreach (ModelPort actual in info.Inputs)
        {
            if (!actual.IsOptional && Find(inputs, actual.Name) is null)
            {
                throw Misfit(typeName, info, "input", actual.Name, null, actual.Type.ToString());
            }
        }

        foreach (ModelPort expected in outputs)
        {
            RequirePort(typeName, info, "output", expected, info.Outputs, FitsOutput);
        }
    }

    /// <summary>Checks the outputs of a run.</summary>
    /// <exception cref="ModelSignatureException">An output is missing, or of another kind or element type.</exception>
    public static void Require(string typeName, ModelInfo info, NamedValues values, IReadOnlyList<ModelPort> outputs)
    {
        foreach (ModelPort expected in outputs)
        {
            ModelValue? value = values.TryGetValue(expected.Name, out ModelValue? found) ? found : null;
            if (value is null || value.Kind != expected.Type.Kind || (value is TensorValue tensor && tensor.ElementType != expected.Type.ElementType))
            {
                throw Misfit(typeName, info, "output", expected.Name, expected.Type.ToString(), value is TensorValue other ? other.ToString() : value?.Kind.ToString().ToLowerInvariant());
            }
        }
    }

    private static void RequirePort(string typeName, ModelInfo info, string role, ModelPort expected, IReadOnlyList<ModelPort> ports, Func<ModelValueType, ModelValueType, bool> fits)
    {
        ModelPort? actual = Find(ports, expected.Name);
        if (actual is null || !fits(expected.Type, actual.Type))
        {
            throw Misfit(typeName, info, role, expected.Name, expected.Type.ToString(), actual?.Type.ToString());
        }
    }

    private static ModelPort? Find(IReadOnlyList<ModelPort> ports, string name)
    {
        for (int i = 0; i < ports.Count; i++)
        {
            if (ports[i].Name == name)
            {
                return ports[i];
            }
        }

        return null;
    }

    // The model must accept whatever the class may pass: a size left open by the class must be open in the model too.
    private static bool FitsInput(ModelValueType expected, ModelValueType actual) =>
        FitsKind(expected, actual, FitsInput)
        && (actual.Shape is null || (expected.Shape is not null && FitsDimensions(expected.Shape, actual.Shape, static (e, a) => a.Size is null || a.Size == e.Size)));

    // Anything that the model leaves open for an output is accepted: sizes and types are known after a run.
    private static bool FitsOutput(ModelValueType expected, ModelValueType actual) =>
        FitsKind(expected, actual, FitsOutput)
        && (actual.Shape is null || expected.Shape is null || FitsDimensions(expected.Shape, actual.Shape, static (e, a) => a.Size is null || e.Size is null || a.Size == e.Size));

    private static bool FitsKind(ModelValueType expected, ModelValueType actual, Func<ModelValueType, ModelValueType, bool> fits) =>
        expected.Kind == actual.Kind
        && FitsElement(expected.ElementType, actual.ElementType)
        && FitsElement(expected.KeyType, actual.KeyType)
        && (expected.Element is null || actual.Element is null || fits(expected.Element, actual.Element));

    private static bool FitsElement(ElementType expected, ElementType actual) => expected == actual || actual == ElementType.Undefined;

    private static bool FitsDimensions(IReadOnlyList<Dimension> expected, IReadOnlyList<Dimension> actual, Func<Dimension, Dimension, bool> fits)
    {
        if (expected.Count != actual.Count)
        {
            return false;
        }

        for (int i = 0; i < expected.Count; i++)
        {
            if (!fits(expected[i], actual[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static ModelSignatureException Misfit(string typeName, ModelInfo info, string role, string port, string? expected, string? actual)
    {
        string version = info.Version.Length == 0 ? "" : $", version '{info.Version}'";
        string what = expected is null ? $"the model requires it ({actual}), the class does not have it" : $"the class was built for {expected}, the model has {actual ?? $"no such {role}"}";
        return new($"Class '{typeName}', model '{info.Name}'{version}, {role} '{port}': {what}. Load the model that the class was built for, or rebuild the class with this model.")
        {
            Port = port,
            Expected = expected,
            Actual = actual,
        };
    }
}
