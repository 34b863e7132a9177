using Inference.Graph;
using Inference.Operators;

namespace Inference.Passes;

/// <summary>Proves by batch-axis dataflow that rows of the outputs depend on the same rows of the inputs alone.</summary>
internal sealed record RowProof(int? BatchAxis, bool RowIndependent)
{
    /// <summary>Analyses a graph after shape inference.</summary>
    public static RowProof Of(ModelGraph graph)
    {
        Dimension? batch = BatchDimension(graph);
        if (batch is not { } dimension)
        {
            return new(null, false);
        }

        var axes = new Dictionary<Value, int>();
        foreach (Value input in graph.Inputs)
        {
            axes[input] = input.Type?.Shape is { Count: > 0 } shape && Same(shape[0], dimension) ? 0 : BatchContext.None;
        }

        var context = new FlowContext(axes, dimension);
        foreach (Node node in graph.Nodes)
        {
            context.Reset(node);
            if (GraphEdit.InnerGraphs(node).Any())
            {
                context.SetAllMixed();
                bool captured = GraphEdit.Uses(node).Any(v => axes.GetValueOrDefault(v, BatchContext.None) != BatchContext.None);
                if (captured)
                {
                    context.MixAll();
                }
            }
            else
            {
                node.Operator!.PropagateBatch(context);
            }
        }

        bool independent = graph.Outputs.Count > 0 && graph.Outputs.TrueForAll(o => axes.GetValueOrDefault(o, BatchContext.None) == 0);
        return new(0, independent);
    }

    // Every input has the batch as its first dimension: the same symbol, or unnamed in all. Fixed batches cannot be joined.
    private static Dimension? BatchDimension(ModelGraph graph)
    {
        Dimension? batch = null;
        foreach (Value input in graph.Inputs)
        {
            if (input.Type is not { Kind: ModelValueKind.Tensor, Shape: { Count: > 0 } shape } || shape[0].IsFixed)
            {
                return null;
            }

            if (batch is { } known && !Same(known, shape[0]))
            {
                return null;
            }

            batch ??= shape[0];
        }

        return batch;
    }

    private static bool Same(Dimension a, Dimension b) => !a.IsFixed && !b.IsFixed && a.Symbol == b.Symbol;

    private sealed class FlowContext(Dictionary<Value, int> axes, Dimension batch) : BatchContext
    {
        private Node _node = null!;

        public override Node Node => _node;

        public override int InputCount => _node.Inputs.Count;

        public void Reset(Node node) => _node = node;

        public override int InputAxis(int index) => _node.HasInput(index) ? axes.GetValueOrDefault(_node.Inputs[index]!, None) : None;

        public override Dimension[]? InputShape(int index) => _node.HasInput(index) && _node.Inputs[index]!.Type?.Shape is { } shape ? [.. shape] : null;

        public override Tensor? InputConstant(int index) => _node.HasInput(index) ? _node.Inputs[index]!.Constant : null;

        public override Dimension[]? OutputShape(int index) => _node.HasOutput(index) && _node.Outputs[index]!.Type?.Shape is { } shape ? [.. shape] : null;

        public override bool IsBatchDimension(Dimension dimension) => batch.Symbol is not null && Same(batch, dimension);

        public override void SetOutputAxis(int index, int axis)
        {
            if (_node.HasOutput(index))
            {
                axes[_node.Outputs[index]!] = axis;
            }
        }

        public void MixAll()
        {
            for (int i = 0; i < _node.Outputs.Count; i++)
            {
                SetOutputAxis(i, Mixed);
            }
        }
    }
}
