namespace Inference.Operators.Contract;

/// <summary>How a node is computed on tensors with channels last ([N, spatial.., C]) such that its outputs are what it gives, with channels last.</summary>
internal abstract class LayoutRule
{
    /// <summary>The node with channels last; null where it is not computed there. At least one input is in the region.</summary>
    public abstract MovedNode? Move(Node node, LayoutRegion region);
}
