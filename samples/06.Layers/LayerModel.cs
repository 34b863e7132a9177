using Inference;
using Inference.Providers;

namespace LayerSample;

/// <summary>A graph as a list of layers. A run changes no state, so any number of threads may run it.</summary>
internal sealed class LayerModel(GraphView graph) : CompiledModel
{
    private readonly LayerStep[] _steps = [.. graph.Nodes.Select(node => new LayerStep(graph, node))];
    private readonly Dictionary<string, int> _outputs = graph.Outputs.Select((port, i) => (port.Name, i)).ToDictionary(static o => o.Name, static o => o.i);
    private volatile bool _disposed;

    public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (inputs.Length != graph.Inputs.Count || outputs.Length != graph.Outputs.Count)
        {
            throw new InvalidInputException($"Model '{graph.ModelName}': expected {graph.Inputs.Count} inputs and {graph.Outputs.Count} outputs, got {inputs.Length} and {outputs.Length}.");
        }

        var values = new Dictionary<string, TensorValue>();
        for (int i = 0; i < inputs.Length; i++)
        {
            values[graph.Inputs[i].Name] = (TensorValue)inputs[i];
        }

        var made = new List<TensorValue>();
        try
        {
            foreach (LayerStep step in _steps)
            {
                cancellationToken.ThrowIfCancellationRequested();
                string name = step.Node.Outputs[0];
                TensorValue x = values[step.Input];
                long[] shape = step.ShapeFor(x, graph.ModelName);
                var y = _outputs.TryGetValue(name, out int slot) ? (TensorValue?)outputs[slot] : null;
                if (y is null)
                {
                    made.Add(y = TensorValue.Allocate(ElementType.Float32, shape));
                }
                else if (!y.Shape.SequenceEqual(shape))
                {
                    throw new ModelRunException($"Model '{graph.ModelName}', output '{name}': expected a tensor of shape {TensorShape.Format(shape)}, got {y}. Pass one of that shape, or none.");
                }

                step.Run(x, y, graph.ModelName);
                values[name] = y;
            }

            foreach ((string name, int slot) in _outputs)
            {
                outputs[slot] ??= values[name].Retain();
            }
        }
        finally
        {
            // Outputs have been retained: this frees the rest.
            made.ForEach(static value => value.Dispose());
        }
    }

    // The layers are left to the garbage collector: runs may be in flight.
    protected override void Dispose(bool disposing) => _disposed = true;
}
