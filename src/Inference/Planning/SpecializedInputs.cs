using Inference.Rewriting.Framework;

namespace Inference.Planning;

/// <summary>
/// Small integer inputs that decide shapes or branches (a sampling rate, a length): plans are built for their values, so that branches and shape arithmetic fold.
/// Where the values change too often for that, it stops.
/// </summary>
internal sealed class SpecializedInputs
{
    /// <summary>Elements of an input that may decide shapes: two for each axis of an image batch.</summary>
    public const int MaxElements = 8;

    // A sampling rate or a length has a handful of values in practice; planning takes milliseconds each time.
    private const int MaxPlansBuilt = 24;

    public static readonly SpecializedInputs None = new([]);

    private readonly HashSet<int> _indexes;
    private int _built;

    private SpecializedInputs(HashSet<int> indexes) => _indexes = indexes;

    /// <summary>Whether plans are still built for values.</summary>
    public bool Active => _indexes.Count > 0 && Volatile.Read(ref _built) <= MaxPlansBuilt;

    public bool Contains(int input) => _indexes.Contains(input);

    public void CountPlan() => Interlocked.Increment(ref _built);

    /// <summary>Finds the inputs whose contents reach a condition or a shape.</summary>
    public static SpecializedInputs Of(ModelGraph graph)
    {
        var deciding = new HashSet<Value>();
        Collect(graph, deciding);
        var reached = new HashSet<Value>();
        var stack = new Stack<Value>(deciding);
        while (stack.TryPop(out Value? value))
        {
            // If no contents are read, the nodes above do not matter.
            if (reached.Add(value) && value.Producer is { } producer && !producer.Operator!.Traits.ReadsShapes)
            {
                foreach (Value use in GraphEdit.Uses(producer))
                {
                    stack.Push(use);
                }
            }
        }

        var indexes = new HashSet<int>();
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            if (reached.Contains(graph.Inputs[i]) && graph.Inputs[i].Type is { Kind: ModelValueKind.Tensor, Shape: { Count: <= 1 } shape } type
                && type.ElementType is ElementType.Int64 or ElementType.Int32 or ElementType.Bool && (shape.Count == 0 || shape[0].Size is null or <= MaxElements))
            {
                indexes.Add(i);
            }
        }

        return indexes.Count == 0 ? None : new(indexes);
    }

    private static void Collect(ModelGraph graph, HashSet<Value> deciding)
    {
        foreach (Node node in graph.Nodes)
        {
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is { Constant: null } input && node.Operator!.Traits.Decides(i))
                {
                    deciding.Add(input);
                }
            }

            foreach (ModelGraph inner in GraphEdit.InnerGraphs(node))
            {
                Collect(inner, deciding);
            }
        }
    }
}
