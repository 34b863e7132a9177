using Inference.Rewriting.Framework;

namespace Inference.Rewriting.Facts;

/// <summary>
/// Along which axis each value of a graph carries the batch; see <see cref="BatchContext"/>. A value whose elements, or whose dimensions other than the batch's, depend on how many rows
/// there are is mixed; sizes that are computed from the batch's are followed element by element. What is not followed is mixed.
/// </summary>
internal sealed class BatchFlow
{
    private readonly Dictionary<Value, BatchFact> _facts = [];
    private readonly RunControl _control;
    private int _lastName;

    private BatchFlow(Dimension batch, RunControl control)
    {
        Batch = batch;
        _control = control;
    }

    /// <summary>The batch's size as it is declared: a symbol, or unnamed.</summary>
    public Dimension Batch { get; }

    /// <summary>Follows the batch through a graph after shape inference.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="batched">The inputs that carry the batch along their first axis; the others are taken as the same for all rows.</param>
    /// <param name="control">What can stop it; null: nothing.</param>
    /// <returns>Null where these inputs share no first dimension that is open: fixed batches cannot be joined.</returns>
    public static BatchFlow? Of(ModelGraph graph, IReadOnlyList<Value> batched, RunControl? control = null)
    {
        if (BatchDimension(batched) is not { } dimension)
        {
            return null;
        }

        var flow = new BatchFlow(dimension, control ?? RunControl.None);
        foreach (Value input in batched)
        {
            flow._facts[input] = flow.Input(input.Type!);
        }

        flow.Follow(graph);
        return flow;
    }

    /// <summary>The axis of a value; <see cref="BatchContext.None"/> where it does not depend on the batch, <see cref="BatchContext.Mixed"/> where no axis is the batch's alone.</summary>
    public int AxisOf(Value value) => FactOf(value) is { Group: null } fact ? fact.Axis : BatchContext.Mixed;

    /// <summary>What is found of a value; of constants and inputs that are the same for all rows, what they are.</summary>
    internal BatchFact FactOf(Value value)
    {
        if (_facts.TryGetValue(value, out BatchFact? fact))
        {
            return fact;
        }

        fact = new() { Type = value.Constant is { } constant ? ModelValueType.Tensor(constant.Type, ShapeMath.ToDimensions(constant.Dims)) : value.Type };
        if (value.Constant is { } known)
        {
            fact.Data = ShapeMath.DataOf(known);
        }
        else if (fact.Type is { Kind: ModelValueKind.Tensor, Shape: { } shape })
        {
            fact.Type = fact.Type with { Shape = [.. shape.Select(d => BatchSizes.Declared(d, ref _lastName))] };
        }

        fact.Sizes = BatchFact.SizesOf(fact.Type, fact.Data, BatchSizes.Free);
        return _facts[value] = fact;
    }

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

    // An input with another axis that is as long as the batch has rows of no size of their own.
    private BatchFact Input(ModelValueType type)
    {
        var shape = new Dimension[type.Shape!.Count];
        shape[0] = BatchSizes.Batch;
        bool square = false;
        for (int i = 1; i < shape.Length; i++)
        {
            bool same = Batch.Symbol is { } name && type.Shape[i].Symbol == name;
            shape[i] = same ? BatchSizes.Batch : BatchSizes.Declared(type.Shape[i], ref _lastName);
            square |= same;
        }

        return new() { Type = type with { Shape = shape }, Axis = square ? BatchContext.Mixed : 0 };
    }

    private void Follow(ModelGraph graph)
    {
        var infer = new BatchInferContext(this);
        var context = new BatchNodeContext(this);
        foreach (Node node in graph.Nodes)
        {
            _control.ThrowIfStopped();
            bool depends = GraphEdit.Uses(node).Any(v => FactOf(v).Axis != BatchContext.None);
            infer.Infer(node, bySizes: false);
            (ModelValueType?[] types, Dimension[]?[] data) = (infer.Types, infer.Data);
            context.Reset(node, types);
            bool inner = GraphEdit.InnerGraphs(node).Length > 0;
            if (!inner)
            {
                node.Operator!.PropagateBatch(context);
            }

            Dimension[]?[] sizes = data;
            if (depends)
            {
                // Once more, to see which elements of the outputs are which of the inputs.
                infer.Infer(node, bySizes: true);
                sizes = infer.Data;
            }

            bool alike = Joined(node, out BatchGroup? joined);
            for (int i = 0; i < node.Outputs.Count; i++)
            {
                if (node.Outputs[i] is { } output)
                {
                    int axis = inner ? (depends ? BatchContext.Mixed : BatchContext.None) : context.OutputAxis(i);
                    axis = axis >= 0 && !context.HasStatedGroup && !alike ? BatchContext.Mixed : axis;
                    _facts[output] = Output(output, types[i], data[i], sizes[i], axis, context.HasStatedGroup ? context.OutputGroup(i) : joined, context.HasStatedGroup);
                }
            }
        }
    }

    private BatchFact Output(Value output, ModelValueType? type, Dimension[]? data, Dimension[]? sizes, int axis, BatchGroup? group, bool regrouped)
    {
        if (type is null or { Kind: ModelValueKind.Tensor, ElementType: ElementType.Undefined } && output.Type is null or { Kind: ModelValueKind.Tensor })
        {
            type = ModelValueType.Tensor(output.Type?.ElementType ?? ElementType.Undefined, type?.Shape);
        }

        Dimension[]? shape = type is { Kind: ModelValueKind.Tensor, Shape: { } inferred } ? [.. inferred] : null;
        axis = Complete(shape, axis, group, regrouped);
        var fact = new BatchFact { Type = shape is null ? type : type! with { Shape = shape }, Group = axis >= 0 ? group : null };
        fact.Sizes = BatchFact.SizesOf(fact.Type, sizes, axis == BatchContext.None ? BatchSizes.Free : BatchSizes.Dependent);
        fact.Data = fact.Sizes is null ? null : data;
        fact.Axis = fact.Sizes is null ? axis : Array.TrueForAll(fact.Sizes, BatchSizes.IsFree) ? BatchContext.None : BatchContext.Mixed;
        return fact;
    }

    // Names what is not known of a shape by what the axis says: its own is the batch's, the others do not depend on the batch. Returns mixed where what is known contradicts that.
    private int Complete(Dimension[]? shape, int axis, BatchGroup? group, bool regrouped)
    {
        if (shape is null || axis >= shape.Length)
        {
            return axis == BatchContext.None ? axis : BatchContext.Mixed;
        }

        for (int i = 0; i < shape.Length && axis != BatchContext.Mixed; i++)
        {
            bool known = shape[i].IsFixed || shape[i].Symbol is not null;
            bool fits = i != axis ? BatchSizes.IsFree(shape[i])
                : group is not null || regrouped ? !BatchSizes.IsFree(shape[i])
                : shape[i] == BatchSizes.Batch;
            axis = known && !fits ? BatchContext.Mixed : axis;
        }

        for (int i = 0; i < shape.Length; i++)
        {
            bool known = shape[i].IsFixed || shape[i].Symbol is not null;
            if (i == axis && group is null)
            {
                shape[i] = BatchSizes.Batch;
            }
            else if (i == axis || (!known && axis == BatchContext.Mixed))
            {
                shape[i] = known && shape[i] != BatchSizes.Batch ? shape[i] : BatchSizes.NewDependent(ref _lastName);
            }
            else if (!known)
            {
                shape[i] = BatchSizes.NewFree(ref _lastName);
            }
        }

        return axis;
    }

    // Slices stay where they are, so outputs are joined as the inputs are, which must be so in the same way.
    private bool Joined(Node node, out BatchGroup? group)
    {
        bool any = false;
        bool same = true;
        group = null;
        foreach (Value? input in node.Inputs)
        {
            if (input is null || FactOf(input).Axis < 0)
            {
                continue;
            }

            BatchGroup? own = FactOf(input).Group;
            same &= !any || BatchGroup.AreSame(group, own);
            group = own;
            any = true;
        }

        return same;
    }
}
