using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>IsNaN: y = x is NaN. IsInf: y = x is an infinity of a wanted sign. Sources: ONNX IsNaN (opset 9 on), IsInf (opset 10 on; 8-bit floats from 20).</summary>
internal sealed class IsSpecial(bool nan, bool positive, bool negative) : Operator
{
    public static IsSpecial ReadInf(Node node) =>
        new(nan: false, node.Attributes.Int("detect_positive", 1) != 0, node.Attributes.Int("detect_negative", 1) != 0);

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, TypeSet.Floating | TypeSet.Float8);
        context.SetOutput(0, ElementType.Bool, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context) => context.SetElementwise();

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        var action = new Action(x, y, nan, positive, negative);
        if (!Dispatch.Floating(x.Type, ref action))
        {
            Span<byte> source = x.Bytes;
            Span<byte> target = y.Bytes;
            var work = default(WorkCounter);
            for (int i = 0; i < source.Length; i++)
            {
                work.Add(1);
                target[i] = (byte)(Test(SmallFloats.Decode(x.Type, source[i]), nan, positive, negative) ? 1 : 0);
            }
        }
    }

    private static bool Test<C>(C value, bool nan, bool positive, bool negative)
        where C : unmanaged, IFloatingPointIeee754<C> =>
        nan ? C.IsNaN(value) : (positive && C.IsPositiveInfinity(value)) || (negative && C.IsNegativeInfinity(value));

    private readonly struct Action(Tensor x, Tensor y, bool nan, bool positive, bool negative) : IFloatAction
    {
        public void Invoke<E, T, C>()
            where E : struct, IElement<T, C>
            where T : unmanaged
            where C : unmanaged, IFloatingPointIeee754<C>, IMinMaxValue<C>
        {
            ReadOnlySpan<T> source = x.Span<T>();
            Span<byte> target = y.Bytes;
            var work = default(WorkCounter);
            for (int i = 0; i < source.Length; i++)
            {
                work.Add(1);
                target[i] = (byte)(Test(E.Load(source[i]), nan, positive, negative) ? 1 : 0);
            }
        }
    }
}
