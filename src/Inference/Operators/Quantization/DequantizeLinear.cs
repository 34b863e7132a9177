using System.Runtime.CompilerServices;
using Inference.Kernels.Quantized;
using Inference.Operators.Casting;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>
/// y = (x − zero point)·scale, in the scale's type (or output_dtype); per tensor, per axis or in blocks. Source: ONNX DequantizeLinear, opsets 10 to 25;
/// com.microsoft DequantizeLinear.
/// </summary>
internal sealed unsafe class DequantizeLinear(Node node) : Operator
{
    private readonly long _axis = node.Attributes.Int("axis", 1);
    private readonly long _blockSize = ScaleLayout.ReadBlockSize(node);
    private readonly ElementType _outputType = TypeAttribute.Read(node, "output_dtype", TypeSet.Floating, ElementType.Undefined);

    protected override void InferOutputs(InferContext context)
    {
        ScaleLayout.Check(context, _axis, _blockSize);
        context.SetOutput(0, _outputType != ElementType.Undefined ? _outputType : context.InputType(1), context.InputShape(0));
    }

    public override void PropagateBatch(BatchContext context) => QuantizeLinear.Propagate(context, _axis, _blockSize);

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
        bool narrow = y.Type != ElementType.Float32;
        long numbers = (scale.Count + 15) / 16 * 16;
        byte* scratch = context.Scratch(numbers * 8 + (narrow ? x.Count * sizeof(float) : 0));
        float* scales = (float*)scratch;
        int* zeros = (int*)(scratch + numbers * 4);
        float* target = narrow ? (float*)(scratch + numbers * 8) : (float*)y.Data;
        ScaleNumbers.Scales(scale, scales);
        ScaleNumbers.ZeroPoints(context.OptionalInput(2), zeros, scale.Count);
        var body = new Segments(layout, x, scales, zeros, target);
        ElementRanges.Run(ref body, x.Count, x.Type is ElementType.UInt8 or ElementType.Int8 ? 1 : 8, context.Threads);
        if (narrow)
        {
            ElementConverter.Convert(ElementType.Float32, (byte*)target, y.Type, y.Data, y.Count, saturate: true, Float8E8M0Rounding.Up);
        }
    }

    private static void Dequantize(Tensor x, long at, long count, float* scales, int* zeros, long stride, float* target)
    {
        switch (x.Type)
        {
            case ElementType.UInt8 or ElementType.Int8 when stride == 0:
                LinearQuantization.Dequantize(x.Data + at, target, (nint)count, *scales, *zeros, x.Type == ElementType.Int8);
                break;
            case ElementType.Int32 when stride == 0 && *zeros == 0:
                LinearQuantization.Dequantize((int*)x.Data + at, target, (nint)count, *scales, 0);
                break;
            case ElementType.UInt16 when stride == 0:
                WideRuns.Dequantize((ushort*)x.Data + at, target, count, *scales, *zeros);
                break;
            case ElementType.Int16 when stride == 0:
                WideRuns.Dequantize((short*)x.Data + at, target, count, *scales, *zeros);
                break;
            case ElementType.UInt8:
                for (long i = 0; i < count; i++)
                {
                    target[i] = (x.Data[at + i] - zeros[i * stride]) * scales[i * stride];
                }

                break;
            case ElementType.Int8:
                for (long i = 0; i < count; i++)
                {
                    target[i] = (((sbyte*)x.Data)[at + i] - zeros[i * stride]) * scales[i * stride];
                }

                break;
            case ElementType.Int32:
                for (long i = 0; i < count; i++)
                {
                    target[i] = ((long)((int*)x.Data)[at + i] - zeros[i * stride]) * scales[i * stride];
                }

                break;
            default:
                bool integer = ScaleNumbers.IsInteger(x.Type);
                for (long i = 0; i < count; i++)
                {
                    float value = integer ? Scalars.ToInt64(x, at + i) - zeros[i * stride] : (float)Scalars.ToDouble(x, at + i);
                    target[i] = value * scales[i * stride];
                }

                break;
        }
    }

    private readonly struct Segments(ScaleLayout layout, Tensor x, float* scales, int* zeros, float* target) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long first, long count)
        {
            long from = layout.Scale(first, out long run);
            for (long end = first + count; ;)
            {
                run = Math.Min(run, end - first);
                Dequantize(x, first, run, scales + from, zeros + from, layout.InnerStride, target + first);
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
