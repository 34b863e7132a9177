namespace Inference.Rewriting.Facts;

/// <summary>Infers types and symbolic shapes of every value from the graph's inputs, with data propagation through shape arithmetic.</summary>
internal sealed class ShapeInference
{
    // As for functions (ModelImporter): each level is some frames of the stack.
    private const int MaxDepth = 64;

    private readonly string _modelName;
    private readonly RunControl _control;
    private int _depth;

    private ShapeInference(string modelName, RunControl control)
    {
        _modelName = modelName;
        _control = control;
    }

    /// <summary>Runs inference over a graph in order.</summary>
    /// <exception cref="ModelLoadException">A node breaks its operator's rules.</exception>
    public static void Run(ModelGraph graph, string modelName, RunControl? control = null) => new ShapeInference(modelName, control ?? RunControl.None).Infer(graph);

    internal ModelValueType?[] InferInner(ModelGraph graph, ModelValueType?[] inputTypes)
    {
        if (++_depth > MaxDepth)
        {
            throw new ModelLoadException($"Model '{_modelName}': graphs are nested more than {MaxDepth} deep. The model is not valid.");
        }

        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            // What the outer graph knows, and no more: what the body declares is not checked before it runs.
            graph.Inputs[i].Type = i < inputTypes.Length ? inputTypes[i] : null;
        }

        Infer(graph);
        _depth--;
        return [.. graph.Outputs.Select(o => o.Type)];
    }

    private void Infer(ModelGraph graph)
    {
        var context = new SymbolicInferContext(this);
        foreach (Node node in graph.Nodes)
        {
            _control.ThrowIfStopped();
            context.Reset(node);
            try
            {
                node.Operator!.Infer(context);
            }
            catch (InferenceException exception) when (exception is not (ModelLoadException or DeadlineExceededException))
            {
                throw new ModelLoadException($"Model '{_modelName}', {node.Describe()}: {exception.Message}", exception);
            }
            catch (Exception exception) when (exception is IndexOutOfRangeException or OverflowException or ArgumentException or InvalidCastException or NullReferenceException or DivideByZeroException)
            {
                // An operator's inference met a model outside its specification in a way it does not name.
                throw new ModelLoadException($"Model '{_modelName}', {node.Describe()}: the inputs {Describe(node)} do not match the operator ({exception.Message}). The model is not valid.", exception);
            }
        }
    }

    private static string Describe(Node node) => string.Join(", ", node.Inputs.Select(i => i?.Type?.ToString() ?? "?"));
}
