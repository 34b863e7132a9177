using Inference.Operators.Standard;

namespace Inference.Tests.Operators.Contract;

public class InputRulesTests
{
    /// <summary>Each row states its rules in text that can be read; an input beyond them is refused, so that no kernel reads one that has no rule.</summary>
    [Fact]
    public void EveryRow_HasARuleForEachInput_AndRefusesOneMore()
    {
        foreach (OperatorEntry entry in StandardOperators.Table.Entries)
        {
            IReadOnlyList<InputRule> rules = entry.Inputs.Rules;
            Assert.All(rules, r => Assert.True(r.Kinds.Count > 0 && r.Name.Length > 0));
            var node = new Node("n", entry.Domain, entry.OpType, 99);
            if (rules.Any(r => !r.IsOptional))
            {
                Assert.Throws<ModelLoadException>(() => entry.Make(node, StandardOperators.Table));
            }

            node.Inputs.AddRange(Enumerable.Range(0, rules.Count + 1).Select(i => new Value($"x{i}")));
            if (!entry.Inputs.IsVariadic)
            {
                ModelLoadException error = Assert.Throws<ModelLoadException>(() => entry.Make(node, StandardOperators.Table));
                Assert.Contains($"expected at most {rules.Count} inputs, got {rules.Count + 1}", error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Operator_WithoutRules_CannotState()
    {
        var node = new Node("n", "", "Test", 1);
        var context = new ActualInferContext();
        context.Reset(node, []);
        Assert.Throws<InvalidOperationException>(() => new Ruleless().Infer(context));
    }

    [Theory]
    [InlineData("X:float[N,C,*D] W:float[M,C]", new long[] { 2, 3, 4, 5 }, new long[] { 7, 3 }, null)]
    [InlineData("X:float[N,C,*D] W:float[M,C]", new long[] { 2, 3 }, new long[] { 7, 4 }, "input 1 (W): expected shape [M,C] with N = 2, C = 3, D = [], got [7,4]")]
    [InlineData("X:float[N,C,*D] W:float[M,C]", new long[] { 2 }, new long[] { 7, 4 }, "input 0 (X): expected shape [N,C,*D], got [2]")]
    [InlineData("X:float[N,*D] W:float[*D]", new long[] { 2, 3, 4 }, new long[] { 3, 4 }, null)]
    [InlineData("X:float[N,*D] W:float[*D]", new long[] { 2, 3, 4 }, new long[] { 4, 3 }, "input 1 (W)")]
    [InlineData("X:float[*,C] W:float[]|[1]|[C]", new long[] { 2, 3 }, new long[] { }, null)]
    [InlineData("X:float[*,C] W:float[]|[1]|[C]", new long[] { 2, 3 }, new long[] { 3 }, null)]
    [InlineData("X:float[*,C] W:float[]|[1]|[C]", new long[] { 2, 3 }, new long[] { 2 }, "input 1 (W): expected shape [] or [1] or [C]")]
    [InlineData("X:float[*D] W:float~[*D]", new long[] { 2, 3 }, new long[] { 2, 1 }, null)]
    [InlineData("X:float[*D] W:float~[*D]", new long[] { 2, 3 }, new long[] { 3 }, null)]
    [InlineData("X:float[*D] W:float~[*D]", new long[] { 2, 3 }, new long[] { 1, 2, 3 }, "input 1 (W)")]
    [InlineData("X:float[*D] W:float~[*D]", new long[] { 1, 3 }, new long[] { 2, 3 }, "input 1 (W)")]
    [InlineData("X:float[N,C] W:float[N,C/1]", new long[] { 2, 3 }, new long[] { 2, 1 }, null)]
    [InlineData("X:float[N,C] W:float[N,C/1]", new long[] { 2, 3 }, new long[] { 2, 2 }, "input 1 (W)")]
    [InlineData("X:float W:int64", new long[] { 2 }, new long[] { 2 }, "input 1 (W): expected one of int64, got float32")]
    [InlineData("X:T=floating W:U=float+int32", new long[] { 2 }, new long[] { 2 }, null)]
    public void Check_TwoInputs_HoldsThemAgainstTheRules(string rules, long[] x, long[] w, string? error)
    {
        var node = new Node("n", "", "Test", 1);
        var context = new ActualInferContext();
        context.Reset(node, [Tensor.Allocate(ElementType.Float32, x), Tensor.Allocate(ElementType.Float32, w)]);
        InputRules read = rules;
        if (error is null)
        {
            read.Check(context);
        }
        else
        {
            Assert.Contains(error, Assert.Throws<ModelLoadException>(() => read.Check(context)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_OneTypeLetter_AsksForOneType()
    {
        var node = new Node("n", "", "Test", 1);
        var context = new ActualInferContext();
        context.Reset(node, [Tensor.Scalar(1f), Tensor.Scalar(1.0)]);
        InputRules rules = "A:T=floating B:T";
        Assert.Contains("input 1 (B): expected float32, the type of input 0, got float64", Assert.Throws<ModelLoadException>(() => rules.Check(context)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X")]
    [InlineData("X:flot")]
    [InlineData("X:float[*,C,*]")]
    public void Rules_ThatAreNone_AreRefused(string text)
    {
        InputRules rules = text;
        Assert.ThrowsAny<Exception>(() => rules.Rules);
    }

    private sealed class Ruleless : Operator
    {
        protected override void InferOutputs(InferContext context)
        {
        }

        public override void Run(KernelContext context)
        {
        }
    }
}
