using System.Runtime.CompilerServices;
using Inference.Operators.Casting;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>
/// y = saturate(round(x / scale) + zero point), ties to even, NaN to the smallest; per tensor, per axis or in blocks. 8-bit and 4-bit float targets convert
/// x / scale instead. The division is of floats. Source: ONNX QuantizeLinear, opsets 10 to 25; com.microsoft QuantizeLinear.
/// </summary>
internal sealed unsafe class QuantizeLinear(Node node) : Operator
{
    private static readonly TypeSet s_targets = TypeSet.Of(ElementType.UInt8, ElementType.Int8, ElementType.UInt16, ElementType.Int16)
        | TypeSet.Of(ElementType.UInt4, ElementType.Int4, ElementType.UInt2, ElementType.Int2, ElementType.Float4E2M1) | TypeSet.Float8;

    private readonly long _axis = node.Attributes.Int("axis", 1);
    private readonly long _blockSize = ScaleLayout.ReadBlockSize(node);
    private readonly bool _saturate = node.Attributes.Int("saturate", 1) != 0;
    private readonly ElementType _outputType = TypeAttribute.Read(node, "output_dtype", s_targets, ElementType.Undefined);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.HasInput(2) ? context.InputType(2) : _outputType != ElementType.Undefined ? _outputType : ElementType.UInt8;
        ScaleLayout.Check(context, _axis, _blockSize);
        context.SetOutput(0, type, context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context) => Propagate(context, _axis, _blockSize);

    internal static void Propagate(BatchContext context, long axis, long blockSize)
    {
        bool constant = true;
        for (int i = 1; i < context.InputCount; i++)
        {
            constant &= context.InputAxis(i) == BatchContext.None;
        }

        int batch = context.InputAxis(0);
        bool single = context.InputShape(1) is { } scale && Shapes.Product(scale).Size == 1;
        bool apart = constant && (batch < 0 || single || (blockSize == 0 && context.InputShape(0) is { } shape && Shapes.Axis(axis, shape.Length) != batch));
        context.SetOutputAxis(0, apart ? batch : BatchContext.Mixed);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor scale = context.Input(1);
        Tensor y = context.Output(0);
        if (x.Count == 0)
        {
            return;
        }

        ScaleLayout layout = ScaleLayout.Create(x.Dims, scale.Dims, _axis, _blockSize);
        bool widen = x.Type != ElementType.Float32;
        long numbers = (scale.Count + 15) / 16 * 16;
        byte* scratch = context.Scratch(numbers * 8 + (widen ? x.Count * sizeof(float) : 0));
        float* scales = (float*)scratch;
        int* zeros = (int*)(scratch + numbers * 4);
        float* source = widen ? (float*)(scratch + numbers * 8) : (float*)x.Data;
        ScaleNumbers.Scales(scale, scales);
        ScaleNumbers.ZeroPoints(context.OptionalInput(2), zeros, scale.Count);
        if (widen)
        {
            ElementConverter.Convert(x.Type, x.Data, ElementType.Float32, (byte*)source, x.Count, saturate: true, Float8E8M0Rounding.Up);
        }

        if (y.Type.IsPacked())
        {
            // Bits of the last byte that no element has are 0.
            y.Bytes[^1] = 0;
        }

        var body = new Segments(layout, source, y, scales, zeros, _saturate);
        ElementRanges.Run(ref body, x.Count, y.Type is ElementType.UInt8 or ElementType.Int8 ? 2 : 16, context.Threads);
    }

    private readonly struct Segments(ScaleLayout layout, float* source, Tensor y, float* scales, int* zeros, bool saturate) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long first, long count)
        {
            long from = layout.Scale(first, out long run);
            for (long end = first + count; ;)
            {
                run = Math.Min(run, end - first);
                QuantizeRun.Run(source, y, first, run, scales + from, zeros + from, layout.InnerStride, saturate);
                first += run;
                if (first == end)
                {
                    return;
                }

                from = layout.ScaleAfter(first, from, out run);
            }
        }
    }
}
