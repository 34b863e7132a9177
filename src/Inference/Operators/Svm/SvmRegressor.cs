using Inference.Operators.Scoring;

namespace Inference.Operators.Svm;

/// <summary>y[n] = Σ cⱼ·K(x[n], vⱼ) + ρ over the support vectors, or linear where there are none; one_class gives its sign. Source: ONNX-ML SVMRegressor, opset 1.</summary>
internal sealed class SvmRegressor : Operator
{
    private readonly SvmKernel _kernel;
    private readonly PostTransform _transform;
    private readonly float[] _coefficients;
    private readonly float[] _vectors;
    private readonly float _rho;
    private readonly bool _oneClass;
    private readonly int _count;
    private readonly int _columns;

    public SvmRegressor(Node node)
    {
        _transform = PostTransforms.Read(node);
        _coefficients = node.Attributes.Floats("coefficients") ?? [];
        _vectors = node.Attributes.Floats("support_vectors") ?? [];
        _rho = node.Attributes.Floats("rho") is { Length: > 0 } rho ? rho[0] : 0;
        _oneClass = node.Attributes.Int("one_class", 0) != 0;
        long count = node.Attributes.Int("n_supports", 0);
        _count = count is >= 0 and <= int.MaxValue ? (int)count : throw new ModelLoadException($"{node.Describe()}: attribute 'n_supports': expected a number in [0, {int.MaxValue}], got {count}.");
        _kernel = new(node, linear: _count == 0);
        _columns = _count > 0 ? _vectors.Length / _count : _coefficients.Length;
        if (_count > 0 && (_vectors.Length % _count != 0 || _coefficients.Length != _count))
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected {_count} coefficients and a number of support_vectors elements that is a multiple of {_count}, got {_coefficients.Length} and {_vectors.Length}.");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        if (FeatureRows.Columns(context, 0) is { } columns && columns != _columns)
        {
            throw context.Error($"input 0: expected {_columns} columns, got {columns}.");
        }

        context.SetOutput(0, ElementType.Float32, [FeatureRows.Rows(context, 0), Dimension.Fixed(1)]);
    }

    public override unsafe void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<float> y = context.Output(0).Span<float>();
        float* buffer = (float*)context.Scratch(_columns * (long)sizeof(float));
        for (int n = 0; n < y.Length; n++)
        {
            context.ThrowIfCancelled();
            var row = new ReadOnlySpan<float>(FeatureRows.Row(x, n, _columns, buffer), _columns);
            float sum = 0;
            if (_count > 0)
            {
                for (int j = 0; j < _count; j++)
                {
                    sum += _coefficients[j] * _kernel.Of(row, _vectors.AsSpan(j * _columns, _columns));
                }
            }
            else
            {
                sum = _kernel.Of(row, _coefficients);
            }

            sum += _rho;
            y[n] = _oneClass ? (sum > 0 ? 1f : -1f) : sum;
            PostTransforms.Apply(_oneClass ? PostTransform.None : _transform, y.Slice(n, 1));
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);
}
