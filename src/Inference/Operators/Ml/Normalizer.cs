using Inference.Graph;

namespace Inference.Operators.Ml;

/// <summary>Each row divided by its largest element, by Σ|x| or by √Σx², in float. Source: ONNX-ML Normalizer, opset 1.</summary>
internal sealed class Normalizer : Operator
{
    private readonly string _norm;

    public Normalizer(Node node)
    {
        _norm = node.Attributes.String("norm", "MAX");
        if (_norm is not ("MAX" or "L1" or "L2"))
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'norm': expected MAX, L1 or L2, got '{_norm}'.");
        }
    }

    public override void Infer(InferContext context)
    {
        Shapes.RequireType(context, 0, FeatureRows.Types);
        context.SetOutput(0, ElementType.Float, context.InputShape(0));
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        float* y = (float*)context.Output(0).Data;

        // Along axis 1, or the only one.
        int axis = Math.Min(1, x.Rank - 1);
        long size = x.Rank == 0 ? 1 : x.Dims[axis];
        long outer = x.Rank < 2 ? 1 : x.Dims[0];
        long inner = size == 0 || outer == 0 ? 0 : x.Count / (size * outer);
        for (long i = 0; i < x.Count; i++)
        {
            y[i] = FeatureRows.At<float>(x, i);
        }

        for (long o = 0; o < outer; o++)
        {
            for (long i = 0; i < inner; i++)
            {
                Line(y + (o * size * inner) + i, size, inner);
            }
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    private unsafe void Line(float* y, long count, long stride)
    {
        float norm = _norm == "MAX" ? float.MinValue : 0;
        for (long i = 0; i < count; i++)
        {
            float value = y[i * stride];
            norm = _norm switch
            {
                "MAX" => MathF.Max(norm, value),
                "L1" => norm + MathF.Abs(value),
                _ => norm + (value * value),
            };
        }

        if (norm == 0)
        {
            return;
        }

        for (long i = 0; i < count; i++)
        {
            ref float value = ref y[i * stride];
            value = _norm == "L2" ? MathF.CopySign(MathF.Sqrt(value * value / norm), value) : value / norm;
        }
    }
}
