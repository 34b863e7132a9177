using Inference.Operators.Scoring;

namespace Inference.Operators.Features;

/// <summary>y = (x − offset)·scale, column by column, in double but for float inputs: near the offset the difference is what counts. Source: ONNX-ML Scaler, opset 1.</summary>
internal sealed class Scaler : Operator
{
    private readonly float[] _offset;
    private readonly float[] _scale;

    public Scaler(Node node)
    {
        _offset = node.Attributes.Floats("offset") is { Length: > 0 } offset ? offset : [0f];
        _scale = node.Attributes.Floats("scale") is { Length: > 0 } scale ? scale : [1f];
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension[]? shape = context.InputShape(0);
        if (shape is { Length: > 0 } && shape[^1].Size is { } columns && ((_offset.Length != 1 && _offset.Length != columns) || (_scale.Length != 1 && _scale.Length != columns)))
        {
            throw context.Error($"expected one offset and scale, or {columns}, one per column, got {_offset.Length} and {_scale.Length}.");
        }

        context.SetOutput(0, ElementType.Float32, shape);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<float> y = context.Output(0).Span<float>();
        int columns = x.Rank == 0 ? 1 : (int)x.Dims[^1];
        for (int i = 0, column = 0; i < y.Length; i++, column = column + 1 == columns ? 0 : column + 1)
        {
            if ((i & 0xFFFF) == 0)
            {
                context.ThrowIfCancelled();
            }

            float offset = _offset[_offset.Length == 1 ? 0 : column];
            float scale = _scale[_scale.Length == 1 ? 0 : column];
            y[i] = x.Type == ElementType.Float32 ? (FeatureRows.At<float>(x, i) - offset) * scale : (float)((FeatureRows.At<double>(x, i) - offset) * scale);
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Columns(context, single: _offset.Length == 1 && _scale.Length == 1);
}
