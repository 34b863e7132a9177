using Inference.Operators.Convolution;
using Inference.Operators.Typed;

namespace Inference.Operators.Quantization;

/// <summary>
/// Y = saturate(round((conv(X − zero_X, W − zero_W) + B)·(scale_X·scale_W/scale_Y)) + zero_Y), sums in int32; inputs (X, scale, zero, W, scale, zero, scale_Y,
/// zero_Y, B); W's scale and zero point one value or one a filter. Fusion may add bounds, see <see cref="QuantizedClip"/>. Source: ONNX QLinearConv, opset 10.
/// </summary>
internal sealed unsafe class QLinearConv(Node node) : Operator
{
    private readonly WindowAttributes _window = new(node);
    private readonly long _group = Conv.ReadGroup(node);
    private readonly QuantizedClip _clip = QuantizedClip.Read(node);

    protected override void InferOutputs(InferContext context)
    {
        context.SetOutput(0, context.InputType(7), ConvShape.Infer(context, 0, 3, _window, _group));
    }

    public override long CountMacs(InferContext context) => ConvShape.CountMacs(context, 0, 3, _window, _group);

    public override void PropagateBatch(BatchContext context) => ConvShape.PropagateBatch(context, 0);

    public override void Run(KernelContext context) => Run(context, _window, _group, _clip, context.Input(0), context.Output(0));

    /// <summary>The convolution of X[N, C, spatial..], whatever input 0 is, into Y[N, M, windows..].</summary>
    internal static void Run(KernelContext context, WindowAttributes window, long group, QuantizedClip clip, Tensor x, Tensor y)
    {
        var sink = new Sink(context, clip, y);
        IntegerConv.Run(context, window, group, x, context.OptionalInput(2), context.Input(3), context.OptionalInput(5), y, sink);
    }

    private readonly struct Sink(KernelContext context, QuantizedClip clip, Tensor y) : IntegerConv.ISink
    {
        public void Store(long row, long filter, long first, int* sums, long count)
        {
            Tensor scaleW = context.Input(4);
            if (context.OptionalInput(8) is { } bias)
            {
                int addend = ((int*)bias.Data)[filter];
                for (long i = 0; i < count; i++)
                {
                    sums[i] += addend;
                }
            }

            float multiplier = (float)Scalars.ToDouble(context.Input(1)) * (float)Scalars.ToDouble(scaleW, scaleW.Count == 1 ? 0 : filter) / (float)Scalars.ToDouble(context.Input(6));
            int zero = context.OptionalInput(7) is { } z ? (int)Scalars.ToInt64(z) : 0;
            long plane = TensorShape.Count(y.Dims[2..]);
            Requantize.Run(sums, count, &multiplier, 0, zero, clip.Within(QuantizedRange.Of(y.Type)), y.Data + (row * y.Dims[1] + filter) * plane + first);
        }
    }
}
