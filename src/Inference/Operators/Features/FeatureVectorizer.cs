using Inference.Kernels.Threading;
using Inference.Operators.Scoring;

namespace Inference.Operators.Features;

/// <summary>Columns of all inputs side by side, in float, each cut or filled with 0 to its dimension. Source: ONNX-ML FeatureVectorizer, opset 1.</summary>
internal sealed class FeatureVectorizer : Operator
{
    private readonly long[] _dimensions;

    public FeatureVectorizer(Node node)
    {
        _dimensions = node.Attributes.Ints("inputdimensions") ?? [];
        if (_dimensions.Length != node.Inputs.Count || Array.Exists(_dimensions, d => d is < 0 or > int.MaxValue) || _dimensions.Sum() > int.MaxValue)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'inputdimensions': expected {node.Inputs.Count} sizes whose sum is at most {int.MaxValue}, got [{string.Join(",", _dimensions)}].");
        }
    }

    protected override void InferOutputs(InferContext context)
    {
        Dimension rows = Dimension.Unknown;
        long columns = 0;
        for (int i = 0; i < _dimensions.Length; i++)
        {
            rows = Shapes.Merge(context, rows, FeatureRows.Rows(context, i), "rows");
            columns += _dimensions[i];
        }

        context.SetOutput(0, ElementType.Float32, [rows, Dimension.Fixed(columns)]);
    }

    public override void Run(KernelContext context)
    {
        Tensor y = context.Output(0);
        Span<float> target = y.Span<float>();
        if (y.Count == 0)
        {
            return;
        }

        y.Clear();
        (int rows, int width) = ((int)y.Dims[0], (int)y.Dims[1]);
        var work = default(WorkCounter);
        int at = 0;
        for (int i = 0; i < _dimensions.Length; i++)
        {
            Tensor x = context.Input(i);
            (_, long columns) = FeatureRows.Size(x);
            for (int row = 0; row < rows; row++)
            {
                if ((row & 0xFF) == 0)
                {
                    context.ThrowIfCancelled();
                }

                if (x.Type == ElementType.Float32)
                {
                    int count = (int)Math.Min(columns, _dimensions[i]);
                    work.Add(5 + (count / 4));
                    x.Span<float>().Slice((int)(row * columns), count).CopyTo(target[((row * width) + at)..]);
                    continue;
                }

                for (int c = 0; c < Math.Min(columns, _dimensions[i]); c++)
                {
                    work.Add(5);
                    target[(row * width) + at + c] = FeatureRows.At<float>(x, (row * columns) + c);
                }
            }

            at += (int)_dimensions[i];
        }
    }

    public override void PropagateBatch(BatchContext context)
    {
        bool rows = true;
        for (int i = 0; i < context.InputCount; i++)
        {
            rows &= context.InputAxis(i) == 0 && context.InputShape(i) is { Length: >= 2 };
        }

        context.SetOutputAxis(0, !context.AnyBatch ? BatchContext.None : rows ? 0 : BatchContext.Mixed);
    }
}
