using Inference.Kernels.Elementwise;
using Inference.Kernels.Threading;
using Inference.Operators.Elementwise.OneInput;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise;

/// <summary>y = gelu(x + bias), the bias along the last axis (left out: none); the tanh form is FastGelu. Sources: com.microsoft BiasGelu, FastGelu.</summary>
internal sealed unsafe class BiasGelu(bool tanh) : FloatOperator
{
    /// <summary>FastGelu without a bias is a function of one element.</summary>
    public static readonly UnaryTrait Trait = new(() => new FloatForm<OneInput.Activations.GeluTanh>(), n => n.HasInput(1) ? null : Trait!.Form.Of(n));

    private const int DoubleWork = 20;

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
        float* target = (float*)y.Data;
        float* source = (float*)x.Data;
        if (context.OptionalInput(1) is { Count: > 0 } bias)
        {
            float* addend = (float*)bias.Data;
            var work = default(WorkCounter);
            int columns = (int)bias.Count;
            var row = new ReadOnlySpan<float>(addend, columns);
            for (long i = 0; i < x.Count; i += columns)
            {
                work.Add(columns);
                System.Numerics.Tensors.TensorPrimitives.Add(new ReadOnlySpan<float>(source + i, columns), row, new Span<float>(target + i, columns));
            }

            source = target;
        }

        Unary.Run(tanh ? UnaryFunctions.GeluTanh : UnaryFunctions.Gelu, source, target, (nint)x.Count);
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
}
