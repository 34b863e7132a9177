using System.Numerics;
using Inference.Operators.Movement;
using Inference.Operators.Typed;

namespace Inference.Operators.Signal;

/// <summary>
/// Cosine windows y[n] = a₀ − a₁·cos(2πn/N) + a₂·cos(4πn/N), N the size, or the size − 1 where the window is not periodic.
/// Source: ONNX HannWindow, HammingWindow and BlackmanWindow, opset 17.
/// </summary>
internal sealed class WindowOperator(Node node, double a0, double a1, double a2) : Operator
{
    private readonly ElementType _type = ReadType(node);
    private readonly bool _periodic = node.Attributes.Int("periodic", 1) != 0;

    /// <summary>The type that the attribute <c>output_datatype</c> names.</summary>
    /// <exception cref="ModelLoadException">It is no numeric type.</exception>
    public static ElementType ReadType(Node node)
    {
        long number = node.Attributes.Int("output_datatype", (long)ElementType.Float32);
        return number is > 0 and < 32 && TypeSet.Numeric.Contains((ElementType)number)
            ? (ElementType)number
            : throw new ModelLoadException($"{node.Describe()}: attribute 'output_datatype': expected the number of a numeric type, got {number}.");
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension size = Dimension.Unknown;
        if (context.InputConstant(0) is { } given)
        {
            long count = given.Count == 1 ? Integers.At(given, 0) : throw context.Error($"size: expected one number, got {given}.");
            size = count >= 0 ? Dimension.Fixed(count) : throw context.Error($"size: expected a number ≥ 0, got {count}.");
        }
        else if (context.InputShapeData(0) is { Length: 1 } data)
        {
            size = data[0];
        }

        context.SetOutput(0, _type, [size]);
    }

    public override void Run(KernelContext context)
    {
        var action = new Fill { Context = context, Y = context.Output(0), Periodic = _periodic, A0 = a0, A1 = a1, A2 = a2 };
        Dispatch.Numeric(_type, ref action);
    }

    private struct Fill : INumericAction
    {
        public KernelContext Context;
        public Tensor Y;
        public bool Periodic;
        public double A0;
        public double A1;
        public double A2;

        public readonly unsafe void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, INumber<C>, IMinMaxValue<C>
        {
            long count = Y.Count;
            double length = Periodic ? count : count - 1;
            for (long n = 0; n < count; n++)
            {
                if ((n & 0xFFFF) == 0)
                {
                    Context.ThrowIfCancelled();
                }

                // One element is a whole window.
                double angle = length > 0 ? 2 * Math.PI * n / length : Math.PI;
                double value = A0 - (A1 * Math.Cos(angle)) + (A2 * Math.Cos(2 * angle));
                ((T*)Y.Data)[n] = E.Store(C.CreateTruncating(TypeSet.Floating.Contains(Y.Type) ? value : Settled.Integer(value)));
            }
        }
    }
}
