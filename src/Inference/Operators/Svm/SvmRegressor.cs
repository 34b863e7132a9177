using System.Runtime.CompilerServices;
using Inference.Kernels.Gemm;
using Inference.Kernels.Memory;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;

namespace Inference.Operators.Svm;

/// <summary>y[n] = Σ cⱼ·K(x[n], vⱼ) + ρ over the support vectors, or linear where there are none; one_class gives its sign. Source: ONNX-ML SVMRegressor, opset 1.</summary>
internal sealed class SvmRegressor : Operator
{
    // A row costs no more than what is shared and looked at in any case.
    internal const int MaxCost = 1 << 20;

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
        _columns = _count > 0 ? _vectors.Length / _count : _coefficients.Length;
        if (_count > 0 && (_vectors.Length % _count != 0 || _coefficients.Length != _count))
        {
            throw new ModelLoadException(
                $"{node.Describe()}: expected {_count} coefficients and a number of support_vectors elements that is a multiple of {_count}, got {_coefficients.Length} and {_vectors.Length}.");
        }

        _kernel = new(node, _vectors, _count, _columns);
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
        Tensor y = context.Output(0);
        var body = new Rows(this, context.Input(0), (float*)y.Data);
        ElementRanges.Run(ref body, y.Count, (int)Math.Min(MaxCost, 4 + ((_count + 1L) * (_columns + 4L))), context.Threads);
        PostTransforms.Apply(_oneClass ? PostTransform.None : _transform, (float*)y.Data, y.Count, 1);
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Rows(context);

    // Rows beside each other in vectors.
    private readonly unsafe struct Rows(SvmRegressor svm, Tensor x, float* y) : IRangeBody
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(long first, long count)
        {
            int columns = svm._columns;
            nint most = RowLanes.Rows(columns + (long)svm._count);
            using var copy = new AlignedScratch<float>(x.Type == ElementType.Float32 ? 0 : columns * most);
            using var features = new AlignedScratch<float>(columns * most);
            using var kernels = new AlignedScratch<float>((svm._count + 1) * most);
            using var room = new AlignedScratch<float>(svm._kernel.Room);
            var work = default(WorkCounter);
            fixed (float* coefficients = svm._coefficients)
            {
                nint rows;
                for (long end = first + count; first < end; first += rows)
                {
                    rows = (nint)Math.Min(most, end - first);
                    nint width = RowLanes.Width(rows);
                    work.Add(width * (svm._count + 1L) * (columns + 4L) / WorkCounter.MultiplyAdds);
                    float* from = SvmKernel.Load(x, first, rows, columns, copy.Pointer, features.Pointer, width);
                    float* values = features.Pointer;
                    if (svm._count > 0)
                    {
                        values = kernels.Pointer + width;
                        svm._kernel.Run(features.Pointer, width, rows, from, room.Pointer, values);
                    }

                    float rho = svm._rho;
                    float* sums = kernels.Pointer;
                    RowLanes.Products(values, width, coefficients, 0, 1, svm._count > 0 ? svm._count : columns, 1f, &rho, sums);
                    for (nint i = 0; i < rows; i++)
                    {
                        y[first + i] = !svm._oneClass ? sums[i] : sums[i] > 0 ? 1f : -1f;
                    }
                }
            }
        }
    }
}
