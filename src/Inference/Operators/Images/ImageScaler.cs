using System.Numerics;
using Inference.Operators.Typed;

namespace Inference.Operators.Images;

/// <summary>y[n, c, h, w] = scale·x[n, c, h, w] + bias[c]. Source: ONNX ImageScaler, experimental, opset 1.</summary>
internal sealed class ImageScaler : FloatOperator
{
    private readonly float _scale;
    private readonly float[] _bias;

    public ImageScaler(Node node)
    {
        _scale = node.Attributes.Float("scale", 1f);
        _bias = node.Attributes.Floats("bias") ?? [];
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? x = context.InputShape(0);
        if (x is not null && x[1].Size is { } channels && channels != _bias.Length)
        {
            throw context.Error($"attribute 'bias': expected {channels} numbers, one per channel, got {_bias.Length}.");
        }

        context.SetOutput(0, context.InputType(0), x);
    }

    public override bool CanOverwrite(int output, int input) => true;

    public override void PropagateBatch(BatchContext context) => context.SetOutputAxis(0, context.InputAxis(0));

    protected override void RunSingle(KernelContext context) => Compute<float>(context);

    protected override void RunDouble(KernelContext context) => Compute<double>(context);

    private void Compute<C>(KernelContext context)
        where C : unmanaged, INumber<C>
    {
        Tensor x = context.Input(0);
        ReadOnlySpan<C> from = x.Span<C>();
        Span<C> to = context.Output(0).Span<C>();
        int area = (int)(x.Dims[2] * x.Dims[3]);
        var scale = C.CreateTruncating(_scale);
        for (int start = 0, plane = 0; start < to.Length; start += area, plane++)
        {
            context.ThrowIfCancelled();
            var bias = C.CreateTruncating(_bias[plane % _bias.Length]);
            for (int i = start; i < start + area; i++)
            {
                to[i] = (from[i] * scale) + bias;
            }
        }
    }
}
