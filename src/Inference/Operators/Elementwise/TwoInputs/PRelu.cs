using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.TwoInputs;

/// <summary>y = x for x ≥ 0, slope·x below; the slope broadcasts to x. Before opset 7 a slope of one dimension runs along axis 1. Source: ONNX PRelu, opsets 1 to 16.</summary>
internal sealed class PRelu(Node node) : BinaryOperator<Arithmetic.PRelu>(node, default, TypeSet.Numeric)
{
    private readonly bool _aligns = node.Opset < 7;

    protected override void InferOutputs(InferContext context)
    {
        base.InferOutputs(context);
        if (BroadcastShape(context) is { } shape && context.InputShape(0) is { } own && Widens(shape, own))
        {
            throw context.Error($"input 1: expected a slope that broadcasts to [{string.Join(",", own)}], got [{string.Join(",", context.InputShape(1)!)}].");
        }

        context.SetOutput(0, context.InputType(0), context.InputShape(0));
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    // The old form is the legacy broadcast of the arithmetic operators at axis 1; of a slope of one element both are the same.
    protected override long? LegacyAxis(int rank, int secondRank) => _aligns && secondRank == 1 && rank >= 2 ? 1 : null;

    // Whether the slope would make x larger or (a size of 0) smaller.
    private static bool Widens(Dimension[] shape, Dimension[] own)
    {
        if (shape.Length != own.Length)
        {
            return true;
        }

        for (int i = 0; i < own.Length; i++)
        {
            if (own[i].IsFixed && shape[i].IsFixed && own[i] != shape[i])
            {
                return true;
            }
        }

        return false;
    }
}
