using System.Numerics;
using Inference.Kernels.Threading;
using Inference.Operators.Scoring;

namespace Inference.Operators.Features;

/// <summary>Replaces one value (often NaN) by another, of the column or of all. Source: ONNX-ML Imputer, opset 1.</summary>
internal sealed class Imputer(Node node) : Operator
{
    private readonly float[] _floats = node.Attributes.Floats("imputed_value_floats") ?? [];
    private readonly long[] _integers = node.Attributes.Ints("imputed_value_int64s") ?? [];
    private readonly float _replacedFloat = node.Attributes.Float("replaced_value_float", 0);
    private readonly long _replacedInteger = node.Attributes.Int("replaced_value_int64", 0);

    protected override void InferOutputs(InferContext context)
    {
        ElementType type = context.InputType(0);
        Dimension[]? shape = context.InputShape(0);
        int count = type is ElementType.Int64 or ElementType.Int32 ? _integers.Length : _floats.Length;
        if (type != ElementType.Undefined && (count == 0 || (count > 1 && shape is { Length: > 0 } && shape[^1].Size is { } columns && columns != count)))
        {
            throw context.Error($"expected one imputed value of the input's kind, or one per column, got {count} for {ShapeText(shape)}.");
        }

        context.SetOutput(0, type, shape);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Tensor y = context.Output(0);
        switch (x.Type)
        {
            case ElementType.Float32:
                Impute(x.Span<float>(), y.Span<float>(), x, _floats, _replacedFloat);
                break;
            case ElementType.Float64:
                Impute(x.Span<double>(), y.Span<double>(), x, _floats, (double)_replacedFloat);
                break;
            case ElementType.Int64:
                Impute(x.Span<long>(), y.Span<long>(), x, _integers, _replacedInteger);
                break;
            default:
                Impute(x.Span<int>(), y.Span<int>(), x, _integers, unchecked((int)_replacedInteger));
                break;
        }
    }

    public override bool CanOverwrite(int output, int input) => true;

    public override void PropagateBatch(BatchContext context) => MlBatch.Columns(context, single: _integers.Length <= 1 && _floats.Length <= 1);

    private static void Impute<T, V>(ReadOnlySpan<T> x, Span<T> y, Tensor shape, V[] values, T replaced)
        where T : unmanaged, INumber<T>
        where V : unmanaged, INumber<V>
    {
        int columns = shape.Rank == 0 ? 1 : (int)shape.Dims[^1];
        bool isNaN = T.IsNaN(replaced);
        var work = default(WorkCounter);
        int i = 0;
        if (values.Length == 1)
        {
            var sought = new Vector<T>(replaced);
            var value = new Vector<T>(T.CreateTruncating(values[0]));
            for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                work.Add(2);
                var own = new Vector<T>(x[i..]);
                Vector<T> hits = isNaN ? ~Vector.Equals(own, own) : Vector.Equals(own, sought);
                Vector.ConditionalSelect(hits, value, own).CopyTo(y[i..]);
            }
        }

        for (; i < x.Length; i++)
        {
            work.Add(3);
            bool hit = isNaN ? T.IsNaN(x[i]) : x[i] == replaced;
            y[i] = hit ? T.CreateTruncating(values[values.Length == 1 ? 0 : i % columns]) : x[i];
        }
    }

    private static string ShapeText(Dimension[]? shape) => shape is null ? "an unknown shape" : $"shape [{string.Join(",", shape)}]";
}
