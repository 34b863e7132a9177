namespace Inference.Caching.Units;

/// <summary>What a model's signature lets the outputs of a unit be. Immutable.</summary>
/// <param name="info">The model.</param>
/// <param name="whole">Whether the unit is the whole call.</param>
internal sealed class OutputSignature(ModelInfo info, bool whole)
{
    /// <summary>Why outputs of this layout cannot be the model's for inputs of that layout; null where they can.</summary>
    /// <remarks>Names, element types, ranks, fixed sizes, and sizes that carry the same symbol as an input's.</remarks>
    public string? WhyNot(UnitLayout inputs, UnitLayout outputs)
    {
        if (outputs.Whole != whole || outputs.Ports.Length != info.Outputs.Count)
        {
            return $"expected {info.Outputs.Count} outputs of a {(whole ? "call" : "row")}, found {outputs.Text}";
        }

        Dictionary<string, long>? sizes = null;
        foreach (ModelPort port in info.Outputs)
        {
            if (Find(outputs, port.Name) is not { } found)
            {
                return $"expected an output '{port.Name}', found {outputs.Text}";
            }

            if (found.Type != port.Type.ElementType && port.Type.ElementType != ElementType.Undefined)
            {
                return $"output '{port.Name}': expected {port.Type}, found {found.Type.Name()}";
            }

            if (port.Shape is { } declared && !Fits(declared, found.Shape, sizes ??= SizesOf(inputs)))
            {
                return $"output '{port.Name}': expected {port.Type}, found {(whole ? "" : "a row of ")}{TensorShape.Format(found.Shape)}";
            }
        }

        return null;
    }

    private static UnitPort? Find(UnitLayout layout, string name)
    {
        foreach (ref readonly UnitPort port in layout.Ports)
        {
            if (string.Equals(port.Name, name, StringComparison.Ordinal))
            {
                return port;
            }
        }

        return null;
    }

    // The axis of rows is not part of a row's shape.
    private bool Fits(IReadOnlyList<Dimension> declared, long[] shape, Dictionary<string, long> sizes)
    {
        int first = whole ? 0 : 1;
        if (declared.Count != shape.Length + first)
        {
            return false;
        }

        for (int axis = 0; axis < shape.Length; axis++)
        {
            Dimension dimension = declared[axis + first];
            long? size = dimension.Size ?? (dimension.Symbol is { } symbol && sizes.TryGetValue(symbol, out long bound) && bound >= 0 ? bound : null);
            if (size is { } expected && expected != shape[axis])
            {
                return false;
            }
        }

        return true;
    }

    // What inputs say of symbols; −1 for those that they contradict each other about.
    private Dictionary<string, long> SizesOf(UnitLayout inputs)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        int first = whole ? 0 : 1;
        foreach (ModelPort port in info.Inputs)
        {
            if (port.Shape is not { } declared || Find(inputs, port.Name) is not { } given || given.Shape.Length + first != declared.Count)
            {
                continue;
            }

            for (int axis = 0; axis < given.Shape.Length; axis++)
            {
                if (declared[axis + first].Symbol is { } symbol)
                {
                    sizes[symbol] = sizes.TryGetValue(symbol, out long known) && known != given.Shape[axis] ? -1 : given.Shape[axis];
                }
            }
        }

        return sizes;
    }
}
