namespace Inference.Operators.Contract;

/// <summary>
/// Batch-axis dataflow of one node. An input's axis is <see cref="None"/> where it does not depend on the batch, k ≥ 0 where slice i along axis k depends on row i
/// alone, <see cref="Mixed"/> where rows meet. The operator states the same for its outputs; what it cannot prove is <see cref="Mixed"/>.
/// </summary>
internal abstract class BatchContext
{
    /// <summary>The value does not depend on the rows.</summary>
    public const int None = -1;

    /// <summary>Rows meet in the value, or it is not proved that they do not.</summary>
    public const int Mixed = -2;

    public abstract Node Node { get; }

    public abstract int InputCount { get; }

    /// <summary>The axis of an input. An input that depends on the batch and that the operator does not ask about mixes every output.</summary>
    public abstract int InputAxis(int index);

    /// <summary>
    /// The elements of an input of small integers that the operator takes as sizes or positions: fixed, the batch's size, or a name (<see cref="IsFree"/>); null where they are not
    /// followed. An input that is mixed mixes every output, unless the operator asks for this: then it states what becomes of sizes that depend on the batch.
    /// </summary>
    public abstract Dimension[]? InputSizes(int index);

    /// <summary>How an input's axis is joined of the batch and others; null where the batch is an axis of its own. What an operator states of its outputs' slices holds
    /// for joined axes as well; only those that regroup elements look at this.</summary>
    public abstract BatchGroup? InputGroup(int index);

    /// <summary>States how an output's axis joins the batch with others; null where it is the batch's own. Outputs of other operators are joined as their inputs are.</summary>
    public abstract void SetOutputGroup(int index, BatchGroup? group);

    public abstract Dimension[]? InputShape(int index);

    public abstract Tensor? InputConstant(int index);

    public abstract Dimension[]? OutputShape(int index);

    /// <summary>The batch's size.</summary>
    public abstract Dimension BatchDimension { get; }

    /// <summary>Whether a dimension or size is the batch's, so that a reshape keeps rows apart.</summary>
    public abstract bool IsBatchDimension(Dimension dimension);

    /// <summary>Whether a size is known not to depend on the batch. A dimension that an operator leaves unknown is none.</summary>
    public abstract bool IsFree(Dimension dimension);

    public abstract void SetOutputAxis(int index, int axis);

    /// <summary>Whether any input depends on the batch.</summary>
    public abstract bool AnyBatch { get; }

    /// <summary>Whether all sizes but one are free of the batch.</summary>
    public bool AreFree(ReadOnlySpan<Dimension> sizes, int except = -1)
    {
        for (int i = 0; i < sizes.Length; i++)
        {
            if (i != except && !IsFree(sizes[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The safe answer: outputs mix rows where any input depends on the batch.</summary>
    public void SetAllMixed()
    {
        int axis = AnyBatch ? Mixed : None;
        for (int i = 0; i < Node.Outputs.Count; i++)
        {
            SetOutputAxis(i, axis);
        }
    }

    /// <summary>All outputs carry the batch on an axis where its rows stay apart; else they mix them.</summary>
    public void SetAll(bool apart, int axis)
    {
        if (!apart)
        {
            SetAllMixed();
            return;
        }

        for (int i = 0; i < Node.Outputs.Count; i++)
        {
            SetOutputAxis(i, axis);
        }
    }

    /// <summary>Element-wise with broadcasting: inputs that carry the batch must carry it on the same output axis, counted from the end.</summary>
    public void SetElementwise(int output = 0)
    {
        int outputRank = OutputShape(output)?.Length ?? -1;
        int result = None;
        for (int i = 0; i < InputCount; i++)
        {
            int axis = InputAxis(i);
            if (axis == None)
            {
                // A batch-free operand that is as long as the batch along its axis would pair rows with positions.
                continue;
            }

            if (axis == Mixed || outputRank < 0 || InputShape(i) is not { } shape)
            {
                SetOutputAxis(output, Mixed);
                return;
            }

            int aligned = axis + outputRank - shape.Length;
            if (result != None && result != aligned)
            {
                SetOutputAxis(output, Mixed);
                return;
            }

            result = aligned;
        }

        if (result >= 0)
        {
            for (int i = 0; i < InputCount; i++)
            {
                if (InputAxis(i) == None && InputShape(i) is { } shape)
                {
                    int own = result - (outputRank - shape.Length);
                    if (own >= 0 && shape[own].Size != 1)
                    {
                        result = Mixed;
                        break;
                    }
                }
                else if (InputAxis(i) == None && Node.HasInput(i))
                {
                    result = Mixed;
                    break;
                }
            }
        }

        SetOutputAxis(output, result);
    }
}
