namespace Inference.Batching.Axes;

/// <summary>The batch axes of a loaded model's ports, checked against its signature. Immutable.</summary>
internal sealed class AxisTable
{
    private readonly PortAxis[] _inputs;
    private readonly PortAxis[] _outputs;

    /// <exception cref="InferenceException">A name is unknown, or a port has no such axis.</exception>
    public AxisTable(ModelInfo model, BatchAxesOptions options)
    {
        foreach (string name in options.Axes.Keys.Concat(options.Shared))
        {
            ModelPort[] known = [.. model.Inputs, .. options.Shared.Contains(name) ? [] : model.Outputs];
            if (!Array.Exists(known, p => p.Name == name))
            {
                throw new InferenceException($"Model '{model.Name}', UseBatchAxes: expected the name of {(options.Shared.Contains(name) ? "an input" : "an input or output")} ({string.Join(", ", known.Take(50).Select(p => $"'{p.Name}'"))}), got '{name}'. Correct the name.");
            }
        }

        _inputs = [.. model.Inputs.Select(p => new PortAxis(p, AxisOfInput(model, p, options)))];
        _outputs = [.. model.Outputs.Select(p => new PortAxis(p, AxisOf(model, p, options, "output")))];
        if (!Array.Exists(_inputs, p => p.Axis is not null))
        {
            throw new InferenceException($"Model '{model.Name}', UseBatchAxes: expected an input with a batch axis, found none. Remove UseBatchAxes.");
        }

        // The name that the model has for it where it has one.
        PortAxis named = _inputs.FirstOrDefault(p => p is { Axis: { } axis } && p.Port.Type.Shape![axis].Symbol is not null);
        Dimension rows = named.Axis is { } at ? named.Port.Type.Shape![at] : Dimension.Named("batch");
        Info = model with
        {
            Inputs = [.. _inputs.Select(p => Front(p, rows))],
            Outputs = [.. _outputs.Select(p => Front(p, rows))],
            BatchAxis = 0,
            RowIndependent = true,
        };
    }

    /// <summary>The model with all batch axes at 0; a shared input has one value for each row.</summary>
    public ModelInfo Info { get; }

    /// <summary>Gets where the rows of an input are; false for an unknown name.</summary>
    public bool TryInput(string name, out PortAxis port) => TryFind(_inputs, name, out port);

    /// <summary>Gets where the rows of an output are; false for an unknown name.</summary>
    public bool TryOutput(string name, out PortAxis port) => TryFind(_outputs, name, out port);

    private static bool TryFind(PortAxis[] ports, string name, out PortAxis found)
    {
        foreach (PortAxis port in ports)
        {
            if (port.Port.Name == name)
            {
                found = port;
                return true;
            }
        }

        found = default;
        return false;
    }

    private static int? AxisOfInput(ModelInfo model, ModelPort port, BatchAxesOptions options)
    {
        if (port.Type.Kind == ModelValueKind.Tensor && port.Type.Shape is not null && (port.Type.Shape.Count == 0 || options.Shared.Contains(port.Name)))
        {
            return null;
        }

        int axis = AxisOf(model, port, options, "input");
        return port.Type.Shape is { } shape && !shape[axis].IsFixed ? axis
            : throw new InferenceException($"Model '{model.Name}', UseBatchAxes, input '{port.Name}': expected a size of axis {axis} that is not fixed, got {port.Type}. Name another axis in Axes, or the input in Shared.");
    }

    private static int AxisOf(ModelInfo model, ModelPort port, BatchAxesOptions options, string kind)
    {
        int axis = options.Axes.TryGetValue(port.Name, out int named) ? named : 0;
        return port.Type.Kind == ModelValueKind.Tensor && (port.Type.Shape is null || axis < port.Type.Shape.Count) && (axis == 0 || !port.Type.ElementType.IsPacked()) ? axis
            : throw new InferenceException($"Model '{model.Name}', UseBatchAxes, {kind} '{port.Name}': expected a tensor of whole bytes with an axis {axis}, got {port.Type}. Name its batch axis in Axes.");
    }

    private static ModelPort Front(PortAxis port, Dimension rows)
    {
        if (port.Port.Type.Shape is not { } declared)
        {
            return port.Port;
        }

        Dimension[] shape = [rows, .. declared.Where((_, axis) => axis != port.Axis)];
        return port.Port with { Type = port.Port.Type with { Shape = shape } };
    }
}
