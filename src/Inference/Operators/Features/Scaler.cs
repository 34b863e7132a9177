using System.Numerics.Tensors;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;
using Tensor = Inference.Ir.Tensor;

namespace Inference.Operators.Features;

/// <summary>y = (x − offset)·scale, column by column, in double but for float inputs: near the offset the difference is what counts. Source: ONNX-ML Scaler, opset 1.</summary>
internal sealed unsafe class Scaler : Operator
{
    // Elements between two looks at the clock.
    private const int PartElements = 1 << 16;
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
        if (x.Type == ElementType.Float32 && columns > 0)
        {
            Scale((float*)x.Data, y, columns);
            return;
        }

        for (int i = 0, column = 0; i < y.Length; i++, column = column + 1 == columns ? 0 : column + 1)
        {
            if ((i & 0xFFFF) == 0)
            {
                context.ThrowIfCancelled();
            }

            float offset = _offset[_offset.Length == 1 ? 0 : column];
            float scale = _scale[_scale.Length == 1 ? 0 : column];
            y[i] = (float)((FeatureRows.At<double>(x, i) - offset) * scale);
        }
    }

    // In float: one offset and scale for all elements, else rows.
    private void Scale(float* x, Span<float> y, int columns)
    {
        bool same = _offset.Length == 1 && _scale.Length == 1;
        int most = same ? PartElements : columns;
        var work = default(WorkCounter);
        for (int i = 0; i < y.Length; i += most)
        {
            int count = Math.Min(most, y.Length - i);
            work.Add(1 + (count / 2));
            Span<float> part = y.Slice(i, count);
            var from = new ReadOnlySpan<float>(x + i, count);
            if (_offset.Length == 1)
            {
                TensorPrimitives.Subtract(from, _offset[0], part);
            }
            else
            {
                TensorPrimitives.Subtract(from, _offset, part);
            }

            if (_scale.Length == 1)
            {
                TensorPrimitives.Multiply(part, _scale[0], part);
            }
            else
            {
                TensorPrimitives.Multiply(part, _scale, part);
            }
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Columns(context, single: _offset.Length == 1 && _scale.Length == 1);
}
