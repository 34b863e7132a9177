namespace Inference.Planning;

/// <summary>A node while a plan is built.</summary>
internal sealed class PlanNode(Node node, PlanValue?[] inputs, PlanValue?[] outputs, PlanValue[] captures)
{
    public Node Node => node;

    public PlanValue?[] Inputs => inputs;

    public PlanValue?[] Outputs => outputs;

    /// <summary>Outer values used by inner graphs, graph by graph in attribute order, without repeats.</summary>
    public PlanValue[] Captures => captures;

    /// <summary>Position in the plan; −1 until assigned.</summary>
    public int Index { get; set; } = -1;
}
