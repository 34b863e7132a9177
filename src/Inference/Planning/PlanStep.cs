namespace Inference.Planning;

/// <summary>One step of a plan.</summary>
internal sealed class PlanStep(Node node, int[] inputs, int[] outputs, int[] captures, Kernel? kernel, bool isDynamic)
{
    public Node Node => node;

    public Operator Operator { get; } = node.Operator!;

    /// <summary>Slots of the inputs; −1 where left out.</summary>
    public int[] Inputs => inputs;

    /// <summary>Slots of the outputs; −1 where left out.</summary>
    public int[] Outputs => outputs;

    /// <summary>Slots of outer values that inner graphs use.</summary>
    public int[] Captures => captures;

    /// <summary>The prepared kernel; null: the operator's own Run.</summary>
    public Kernel? Kernel => kernel;

    /// <summary>Whether an input or output has no fixed shape, so that shapes are stated during the run.</summary>
    public bool IsDynamic => isDynamic;

    /// <summary>Constants of this plan that inner graphs use, by the outer value they replace.</summary>
    public IReadOnlyDictionary<Value, Tensor> InnerConstants { get; init; } = EmptyConstants;

    /// <summary>Slot of each captured value, by value.</summary>
    public IReadOnlyDictionary<Value, int> CaptureSlots { get; init; } = EmptyCaptures;

    private static readonly Dictionary<Value, Tensor> EmptyConstants = [];
    private static readonly Dictionary<Value, int> EmptyCaptures = [];
}
