using Inference.Graph;
using Inference.Passes;

namespace Inference.Planning;

/// <summary>
/// Small integer inputs that decide shapes or branches (a sampling rate, a length): plans are built for their values, so that branches and shape arithmetic fold.
/// Where the values change too often for that, it stops.
/// </summary>
internal sealed class SpecializedInputs
{
    public const int MaxElements = 8;
    private const int MaxPlansBuilt = 24;

    public static readonly SpecializedInputs None = new([]);

    private readonly HashSet<int> _indexes;
    private int _built;

    private SpecializedInputs(HashSet<int> indexes) => _indexes = indexes;

    /// <summary>Whether plans are still built for values.</summary>
    public bool Active => _indexes.Count > 0 && Volatile.Read(ref _built) <= MaxPlansBuilt;

    public bool Contains(int input) => _indexes.Contains(input);

    public void CountPlan() => Interlocked.Increment(ref _built);

    /// <summary>Counts plans from none again.</summary>
    public void Forget() => Volatile.Write(ref _built, 0);

    /// <summary>Finds the inputs whose contents reach a condition or a shape.</summary>
    public static SpecializedInputs Of(ModelGraph graph)
    {
        var deciding = new HashSet<Value>();
        Collect(graph, deciding);
        var reached = new HashSet<Value>();
        var stack = new Stack<Value>(deciding);
        while (stack.TryPop(out Value? value))
        {
            // Shape and Size read no contents: what is above them does not matter.
            if (reached.Add(value) && value.Producer is { OpType: not ("Shape" or "Size") } producer)
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
                if (node.Inputs[i] is { Constant: null } input && Decides(node, i))
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

    private static bool Decides(Node node, int input) => node.Domain.Length == 0 && (node.OpType, input) switch
    {
        ("If", 0) or ("Reshape", 1) or ("Expand", 1) or ("Tile", 1) or ("ConstantOfShape", 0) or ("TopK", 1) or ("OneHot", 1) or ("Unsqueeze", 1) or ("Squeeze", 1) or ("Split", 1) => true,
        ("Range", _) => true,
        ("Slice", >= 1) or ("Pad", 1) or ("Resize", 3) => true,
        _ => false,
    };
}
