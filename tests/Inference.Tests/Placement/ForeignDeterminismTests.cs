using Inference.Import;
using Inference.Operators.Standard;
using Inference.Placement;

namespace Inference.Tests.Placement;

public class ForeignDeterminismTests
{
    [Theory]
    [InlineData("", "Relu", 13, true)]
    [InlineData("", "RandomUniform", 13, false)]
    [InlineData("", "RandomNormalLike", 13, false)]
    [InlineData("", "Multinomial", 13, false)]
    [InlineData("", "Bernoulli", 15, false)]
    [InlineData("", "Dropout", 13, true)]
    [InlineData("", "Dropout", 6, false)]
    [InlineData("", "OfALaterStandard", 30, true)]
    [InlineData("ai.onnx.ml", "OfALaterStandard", 5, true)]
    [InlineData("com.example", "Custom", 1, false)]
    public void Of_Node_OnlyWhatTheStandardMakesRepeatable(string domain, string type, long opset, bool expected)
    {
        var node = new Node("n", domain, type, opset);
        node.Operator = StandardOperators.Table.TryFind(domain, type, opset, out _) && type == "Relu" ? new Known() : new OpaqueOperator();
        Assert.Equal(expected, ForeignDeterminism.Of(node));
    }

    private sealed class Known : Operator
    {
        protected override void InferOutputs(InferContext context)
        {
        }

        public override void Run(KernelContext context)
        {
        }
    }
}
