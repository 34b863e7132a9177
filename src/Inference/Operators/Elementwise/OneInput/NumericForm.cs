using Inference.Kernels.Elementwise;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>A function of numbers of any type, in each form.</summary>
internal sealed unsafe class NumericForm<TFunction>(TypeSet allowed, params UnaryParameter[] parameters) : UnaryForm(parameters)
    where TFunction : struct, INumericFunction
{
    public override string Name => typeof(TFunction).Name;

    public override UnaryFunction Function { get; } = TFunction.Single ?? UnaryFunction.Of(typeof(TFunction).Name, &Run);

    public override void Apply(Span<double> x, float alpha, float beta)
    {
        foreach (ref double number in x)
        {
            number = TFunction.Apply(number, alpha, beta);
        }
    }

    public override Operator Make(float alpha, float beta) => new NumericUnary<TFunction>(alpha, beta, allowed);

    private static void Run(float* x, float* y, nint count, float alpha, float beta)
    {
        for (nint i = 0; i < count; i++)
        {
            y[i] = TFunction.Apply(x[i], alpha, beta);
        }
    }
}
