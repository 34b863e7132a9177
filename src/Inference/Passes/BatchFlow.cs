using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Along which axis each value of a graph carries the batch; see <see cref="BatchContext"/>.</summary>
internal sealed class BatchFlow
{
    private readonly Dictionary<Value, int> _axes = [];

    // How the axes are joined of which the batch is a part.
    private readonly Dictionary<Value, BatchGroup> _groups = [];

    // Names that the batch's size goes by; exporters name it anew in the middle of a graph.
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    // Values computed from nothing but dimensions of values in which rows stay apart, so that it is known which elements are the batch's size.
    private readonly HashSet<Value> _shapes = [];

    private BatchFlow(Dimension batch) => Batch = batch;

    /// <summary>The batch's size: a symbol, or unnamed.</summary>
    public Dimension Batch { get; }

    /// <summary>Follows the batch through a graph after shape inference.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="batched">The inputs that carry the batch along their first axis; the others are taken as the same for all rows.</param>
    /// <returns>Null where these inputs share no first dimension that is open: fixed batches cannot be joined.</returns>
    public static BatchFlow? Of(ModelGraph graph, IReadOnlyList<Value> batched)
    {
        if (BatchDimension(batched) is not { } dimension)
        {
            return null;
        }

        var flow = new BatchFlow(dimension);
        foreach (Value input in batched)
        {
            flow._axes[input] = 0;
        }

        flow.Follow(graph);
        return flow;
    }

    /// <summary>The axis of a value; <see cref="BatchContext.None"/> where it does not depend on the batch, <see cref="BatchContext.Mixed"/> where no axis is the batch's alone.</summary>
    public int AxisOf(Value value) => _groups.ContainsKey(value) ? BatchContext.Mixed : SliceAxisOf(value);

    // The axis whose slices each depend on one row, the batch's own or a joined one.
    private int SliceAxisOf(Value value) => _axes.GetValueOrDefault(value, BatchContext.None);

    // The same symbol in all, or unnamed in all.
    private static Dimension? BatchDimension(IReadOnlyList<Value> inputs)
    {
        Dimension? batch = null;
        foreach (Value input in inputs)
        {
            if (input.Type is not { Kind: ModelValueKind.Tensor, Shape: { Count: > 0 } shape } || shape[0].IsFixed)
            {
                return null;
            }

            if (batch is { } known && known.Symbol != shape[0].Symbol)
            {
                return null;
            }

            batch ??= shape[0];
        }

        return batch;
    }

    private void Follow(ModelGraph graph)
    {
        var context = new Context(this);
        foreach (Node node in graph.Nodes)
        {
            context.Reset(node);
            if (!GraphEdit.InnerGraphs(node).Any())
            {
                node.Operator!.PropagateBatch(context);
                if (!context.HasStatedGroup)
                {
                    Join(node);
                }

                Correct(node);
                continue;
            }

            int axis = GraphEdit.Uses(node).Any(v => AxisOf(v) != BatchContext.None) ? BatchContext.Mixed : BatchContext.None;
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                context.SetOutputAxis(i, axis);
            }
        }
    }

    // Slices stay where they are, so outputs are joined as the inputs are, which must be so in the same way.
    private void Join(Node node)
    {
        bool any = false;
        bool same = true;
        BatchGroup? group = null;
        foreach (Value? input in node.Inputs)
        {
            if (input is null || SliceAxisOf(input) < 0)
            {
                continue;
            }

            BatchGroup? own = _groups.GetValueOrDefault(input);
            same &= !any || BatchGroup.AreSame(group, own);
            group = own;
            any = true;
        }

        foreach (Value? output in node.Outputs)
        {
            if (output is null || SliceAxisOf(output) < 0)
            {
                continue;
            }

            if (!same)
            {
                _axes[output] = BatchContext.Mixed;
            }
            else if (group is not null)
            {
                _groups[output] = group;
            }
        }
    }

    // Operators look at the inputs they compute with. What is mixed and no shape mixes every output, whichever input it is; dimensions without the batch do not
    // depend on it.
    private void Correct(Node node)
    {
        bool mixed = false;
        bool shapes = true;
        foreach (Value? input in node.Inputs)
        {
            if (input is not null && SliceAxisOf(input) == BatchContext.Mixed && node.OpType != "Shape")
            {
                mixed |= input.ShapeData is null;
                shapes &= _shapes.Contains(input);
            }
        }

        if (node is { OpType: "Shape", Domain.Length: 0 } && node.Inputs[0] is { } source)
        {
            int axis = SliceAxisOf(source);
            shapes = axis != BatchContext.Mixed;
            if (axis >= 0 && source.Type?.Shape is { } shape && axis < shape.Count && shape[axis].Symbol is { } name)
            {
                _names.Add(name);
            }
        }

        foreach (Value? output in node.Outputs)
        {
            if (output is null)
            {
                continue;
            }

            if (mixed)
            {
                _axes[output] = BatchContext.Mixed;
                _groups.Remove(output);
            }
            else if (SliceAxisOf(output) == BatchContext.Mixed && shapes && output.ShapeData is { } data)
            {
                _shapes.Add(output);
                if (Array.TrueForAll(data, d => d.IsFixed || (d.Symbol is { } symbol && symbol != Batch.Symbol && !_names.Contains(symbol))))
                {
                    _axes[output] = BatchContext.None;
                }
            }
        }
    }

    private sealed class Context(BatchFlow flow) : BatchContext
    {
        private Node _node = null!;

        public override Node Node => _node;

        public override int InputCount => _node.Inputs.Count;

        /// <summary>Whether the node regrouped elements and said how.</summary>
        public bool HasStatedGroup { get; private set; }

        public override Dimension BatchDimension => flow.Batch;

        public void Reset(Node node)
        {
            _node = node;
            HasStatedGroup = false;
        }

        public override BatchGroup? InputGroup(int index) => _node.HasInput(index) ? flow._groups.GetValueOrDefault(_node.Inputs[index]!) : null;

        public override void SetOutputGroup(int index, BatchGroup? group)
        {
            HasStatedGroup = true;
            if (group is not null && _node.HasOutput(index))
            {
                flow._groups[_node.Outputs[index]!] = group;
            }
        }

        public override int InputAxis(int index) => _node.HasInput(index) ? flow.SliceAxisOf(_node.Inputs[index]!) : None;

        public override Dimension[]? InputShape(int index) => _node.HasInput(index) && _node.Inputs[index]!.Type?.Shape is { } shape ? [.. shape] : null;

        public override Tensor? InputConstant(int index) => _node.HasInput(index) ? _node.Inputs[index]!.Constant : null;

        public override Dimension[]? OutputShape(int index) => _node.HasOutput(index) && _node.Outputs[index]!.Type?.Shape is { } shape ? [.. shape] : null;

        public override bool IsBatchDimension(Dimension dimension) => flow.Batch.Symbol is { } symbol && !dimension.IsFixed && dimension.Symbol == symbol;

        public override void SetOutputAxis(int index, int axis)
        {
            if (_node.HasOutput(index))
            {
                flow._axes[_node.Outputs[index]!] = axis;
            }
        }
    }
}
