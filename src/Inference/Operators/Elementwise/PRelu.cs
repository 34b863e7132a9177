using Inference.Graph;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise;

/// <summary>y = x for x ≥ 0, slope·x below; the slope broadcasts to x. Before opset 7 a slope of one dimension runs along axis 1. Source: ONNX PRelu, opsets 1 to 16.</summary>
internal sealed class PRelu(Node node) : BinaryOperator<Arithmetic.PRelu>(Align(node), default, TypeSet.Numeric)
{
    protected override void InferOutputs(InferContext context)
    {
        base.InferOutputs(context);
        if (BroadcastShape(context) is { } shape && context.InputShape(0) is { } own && shape.Length != own.Length)
        {
            throw context.Error($"input 1: expected a slope that broadcasts to [{string.Join(",", own)}], got [{string.Join(",", context.InputShape(1)!)}].");
        }

        context.SetOutput(0, context.InputType(0), context.InputShape(0));
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    // The old form is the legacy broadcast of the arithmetic operators at axis 1.
    private static Node Align(Node node)
    {
        if (node.Opset >= 7 || node.Inputs[1]?.Type?.Shape is not { Count: 1 } slope || slope[0].Size == 1 || node.Inputs[0]?.Type?.Shape?.Count < 2)
        {
            return node;
        }

        var legacy = new Node(node.Name, node.Domain, node.OpType, node.Opset);
        legacy.Attributes.Set("broadcast", 1L);
        legacy.Attributes.Set("axis", 1L);
        return legacy;
    }
}
