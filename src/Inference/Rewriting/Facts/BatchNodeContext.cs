namespace Inference.Rewriting.Facts;

/// <summary>The batch-axis dataflow of one node over what is found so far.</summary>
internal sealed class BatchNodeContext(BatchFlow flow) : BatchContext
{
    private Node _node = null!;
    private ModelValueType?[] _types = [];
    private bool[] _axisRead = [];
    private bool[] _sizesRead = [];
    private int?[] _axes = [];
    private BatchGroup?[] _groups = [];

    public override Node Node => _node;

    public override int InputCount => _node.Inputs.Count;

    /// <summary>Whether the node regrouped elements and said how.</summary>
    public bool HasStatedGroup { get; private set; }

    public override Dimension BatchDimension => BatchSizes.Batch;

    public override bool AnyBatch => _node.Inputs.Exists(i => i is not null && flow.FactOf(i).Axis != None);

    /// <summary>Starts with a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="types">What is inferred of its outputs.</param>
    public void Reset(Node node, ModelValueType?[] types)
    {
        _node = node;
        _types = types;
        _axisRead = new bool[node.Inputs.Count];
        _sizesRead = new bool[node.Inputs.Count];
        _axes = new int?[node.Outputs.Count];
        _groups = new BatchGroup?[node.Outputs.Count];
        HasStatedGroup = false;
    }

    /// <summary>What the operator said of an output; mixed where it left one out, or an input depends on the batch in a way that the operator did not ask about.</summary>
    public int OutputAxis(int index)
    {
        for (int i = 0; i < _node.Inputs.Count; i++)
        {
            int axis = _node.Inputs[i] is { } input ? flow.FactOf(input).Axis : None;
            if (axis == Mixed ? !_sizesRead[i] : axis != None && !_axisRead[i])
            {
                return Mixed;
            }
        }

        return _axes[index] ?? (AnyBatch ? Mixed : None);
    }

    public BatchGroup? OutputGroup(int index) => _groups[index];

    public override BatchGroup? InputGroup(int index) => _node.HasInput(index) ? flow.FactOf(_node.Inputs[index]!).Group : null;

    public override void SetOutputGroup(int index, BatchGroup? group)
    {
        HasStatedGroup = true;
        if (_node.HasOutput(index))
        {
            _groups[index] = group;
        }
    }

    public override int InputAxis(int index)
    {
        if (!_node.HasInput(index))
        {
            return None;
        }

        _axisRead[index] = true;
        return flow.FactOf(_node.Inputs[index]!).Axis;
    }

    public override Dimension[]? InputSizes(int index)
    {
        if (!_node.HasInput(index))
        {
            return null;
        }

        _axisRead[index] = true;
        _sizesRead[index] = true;
        return flow.FactOf(_node.Inputs[index]!).Sizes;
    }

    public override Dimension[]? InputShape(int index) => _node.HasInput(index) && flow.FactOf(_node.Inputs[index]!).Type?.Shape is { } shape ? [.. shape] : null;

    public override Tensor? InputConstant(int index) => _node.HasInput(index) ? _node.Inputs[index]!.Constant : null;

    public override Dimension[]? OutputShape(int index) => _node.HasOutput(index) && _types[index]?.Shape is { } shape ? [.. shape] : null;

    public override bool IsBatchDimension(Dimension dimension) => dimension == BatchSizes.Batch;

    public override bool IsFree(Dimension dimension) => BatchSizes.IsFree(dimension);

    public override void SetOutputAxis(int index, int axis)
    {
        if (_node.HasOutput(index))
        {
            _axes[index] = axis;
        }
    }
}
