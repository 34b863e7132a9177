using Inference.Kernels.Elementwise;
using Inference.Kernels.Threading;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Elementwise.TwoInputs;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise;

/// <summary>y = gelu(x + bias), the bias along the last axis (left out: none); the tanh form is FastGelu. Sources: com.microsoft BiasGelu, FastGelu.</summary>
internal sealed unsafe class BiasGelu(bool tanh) : FloatOperator
{
    /// <summary>FastGelu without a bias is a function of one element.</summary>
    public static readonly UnaryTrait Trait = new(() => new FloatForm<OneInput.Activations.GeluTanh>(), n => n.HasInput(1) ? null : Trait!.Form.Of(n));

    private const int DoubleWork = 20;

    // Of an element in f32, in additions.
    private const int SingleCost = 4;

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = Shapes.RequireType(context, 0, TypeSet.Floating);
        Shapes.RequireTypes(context, TypeSet.Floating, 1);
        Dimension[]? x = context.InputShape(0);
        if (context.HasInput(1) && x is { Length: > 0 } && x[^1].Size is { } size && context.InputShape(1) is { } bias && Shapes.Product(bias).Size is { } own && own != size)
        {
            throw context.Error($"input 1: expected [{size}], got [{string.Join(",", bias)}].");
        }

        context.SetOutput(0, type, x);
    }

    public override bool CanOverwrite(int output, int input) => input == 0;

    public override void PropagateBatch(BatchContext context)
    {
        int batch = context.InputAxis(0);
        bool apart = context.InputCount < 2 || !context.Node.HasInput(1) || (context.InputAxis(1) == BatchContext.None && context.InputShape(0) is { } x && batch != x.Length - 1);
        context.SetOutputAxis(0, apart ? batch : BatchContext.Mixed);
    }

    protected override void RunSingle(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        UnaryFunction function = tanh ? UnaryFunctions.GeluTanh : UnaryFunctions.Gelu;
        if (context.OptionalInput(1) is not { Count: > 0 } bias)
        {
            var alone = new SingleRange<DirectElement<float>, float, float>(function, (float*)x.Data, (float*)y.Data, 0f, 0f);
            ElementRanges.Run(ref alone, y.Count, SingleCost, context.Threads);
            return;
        }

        StridedLoop loop = StridedLoop.Over(y.Dims);
        loop.AddBroadcast(y.Dims, x.Dims);
        loop.AddBroadcast(y.Dims, bias.Dims);
        loop.Collapse();
        var body = new Runs(function, (float*)y.Data);
        var operands = default(RunOperands);
        operands.Add((float*)x.Data);
        operands.Add((float*)bias.Data);
        ElementRanges.RunLoop(ref body, ref loop, ref operands, y.Count, SingleCost, context.Threads);
    }

    protected override void RunDouble(KernelContext context)
    {
        ReadOnlySpan<double> x = context.Input(0).Span<double>();
        Span<double> y = context.Output(0).Span<double>();
        Tensor? bias = context.OptionalInput(1);
        var work = default(WorkCounter);
        for (int i = 0; i < x.Length; i++)
        {
            work.Add(DoubleWork);
            double value = x[i] + (bias is null ? 0 : bias.Span<double>()[(int)(i % bias.Count)]);
            y[i] = tanh ? Functions.GeluTanh(value) : Functions.Gelu(value);
        }
    }

    private readonly struct Runs(UnaryFunction function, float* y) : IRunBody
    {
        // Elements between the sum and the function of it: they stay in the first-level cache.
        private const int Block = 2048;

        public void Run(in RunOperands run, long at, long count)
        {
            for (long i = 0; i < count; i += Block)
            {
                float* to = y + at + i;
                long length = Math.Min(Block, count - i);
                BinaryLoop.Run(
                    default(Arithmetic.Add), run.Data<float>(0) + (i * run.Stride(0)), run.Stride(0), run.Data<float>(1) + (i * run.Stride(1)), run.Stride(1), to, length);
                Unary.Run(function, to, to, (nint)length);
            }
        }
    }
}
