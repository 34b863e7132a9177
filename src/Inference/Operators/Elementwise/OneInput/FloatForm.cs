using Inference.Kernels.Elementwise;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>A function of floating-point numbers, in each form.</summary>
internal sealed unsafe class FloatForm<TFunction>(params UnaryParameter[] parameters) : UnaryForm(parameters)
    where TFunction : struct, IFloatFunction
{
    public override string Name => typeof(TFunction).Name;

    public override UnaryFunction Function { get; } = TFunction.Single ?? UnaryFunction.Of(typeof(TFunction).Name, &Run);

    public override void Apply(Span<double> x, float alpha, float beta)
    {
        foreach (ref double number in x)
        {
            number = TFunction.Apply<double>(number, alpha, beta);
        }
    }

    public override Operator Make(float alpha, float beta) => new FloatUnary<TFunction>(alpha, beta);

    private static void Run(float* x, float* y, nint count, float alpha, float beta)
    {
        for (nint i = 0; i < count; i++)
        {
            y[i] = TFunction.Apply(x[i], alpha, beta);
        }
    }
}
