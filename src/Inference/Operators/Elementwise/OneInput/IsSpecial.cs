using System.Numerics;
using Inference.Operators.Elementwise.Comparing;
using Inference.Operators.Typed;

namespace Inference.Operators.Elementwise.OneInput;

/// <summary>IsNaN: y = x is NaN. IsInf: y = x is an infinity of a wanted sign. Sources: ONNX IsNaN (opset 9 on), IsInf (opset 10 on; 8-bit floats from 20).</summary>
internal sealed unsafe class IsSpecial(bool nan, bool positive, bool negative) : Operator
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
        switch (x.Type)
        {
            case ElementType.Float16: Bits<ushort>(context, x, y, 0x7C00, 0x8000); break;
            case ElementType.BFloat16: Bits<ushort>(context, x, y, 0x7F80, 0x8000); break;
            case ElementType.Float32: Bits(context, x, y, 0x7F800000u, 0x80000000u); break;
            case ElementType.Float64: Bits(context, x, y, 0x7FF0000000000000ul, 0x8000000000000000ul); break;
            default:
                var body = new Small(x.Type, x.Data, y.Data, nan, positive, negative);
                ElementRanges.Run(ref body, x.Count, cost: 8, context.Threads);
                break;
        }
    }

    // Without its sign a number is at most the pattern of infinity, and NaN is beyond it.
    private void Bits<T>(KernelContext context, Tensor x, Tensor y, T infinity, T sign)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (nan)
        {
            Compare<Comparisons.GreaterBits, T>(context, x, y, infinity);
        }
        else if (positive && negative)
        {
            Compare<Comparisons.EqualBits, T>(context, x, y, infinity);
        }
        else if (positive || negative)
        {
            Compare<Comparisons.Equal, T>(context, x, y, positive ? infinity : infinity | sign);
        }
        else
        {
            y.Clear();
        }
    }

    private static void Compare<TRelation, T>(KernelContext context, Tensor x, Tensor y, T pattern)
        where TRelation : struct, IComparison
        where T : unmanaged, IBinaryInteger<T>
    {
        var body = new Patterns<TRelation, T>((T*)x.Data, y.Data, pattern);
        ElementRanges.Run(ref body, x.Count, cost: 1, context.Threads);
    }

    private readonly struct Small(ElementType type, byte* x, byte* y, bool nan, bool positive, bool negative) : IRangeBody
    {
        public void Run(long first, long count)
        {
            for (long i = first; i < first + count; i++)
            {
                float value = SmallFloats.Decode(type, x[i]);
                bool special = nan ? float.IsNaN(value) : (positive && float.IsPositiveInfinity(value)) || (negative && float.IsNegativeInfinity(value));
                y[i] = special ? (byte)1 : (byte)0;
            }
        }
    }

    private readonly struct Patterns<TRelation, T>(T* x, byte* y, T pattern) : IRangeBody
        where TRelation : struct, IComparison
        where T : unmanaged, IBinaryInteger<T>
    {
        public void Run(long first, long count)
        {
            T other = pattern;
            CompareRun.Run<TRelation, T>(x + first, 1, &other, 0, y + first, count);
        }
    }
}
