using System.Collections.Frozen;
using Inference.Operators.Scoring;
using Inference.Operators.Typed;

namespace Inference.Operators.Features;

/// <summary>y[…, k] = 1 where x[…] is category k, in float. Source: ONNX-ML OneHotEncoder, opset 1.</summary>
internal sealed class OneHotEncoder : Operator
{
    private readonly FrozenDictionary<string, int>? _strings;
    private readonly FrozenDictionary<long, int>? _integers;
    private readonly bool _zeros;
    private readonly int _count;

    public OneHotEncoder(Node node)
    {
        _zeros = node.Attributes.Int("zeros", 1) != 0;
        string[] strings = node.Attributes.Strings("cats_strings") ?? [];
        long[] integers = node.Attributes.Ints("cats_int64s") ?? [];
        if ((strings.Length == 0) == (integers.Length == 0))
        {
            throw new ModelLoadException($"{node.Describe()}: expected one of the attributes cats_int64s and cats_strings, got {(strings.Length == 0 ? "none" : "both")}.");
        }

        _count = Math.Max(strings.Length, integers.Length);
        _strings = strings.Length > 0 ? Number(strings) : null;
        _integers = strings.Length > 0 ? null : Number(integers);
    }

    protected override void InferOutputs(InferContext context)
    {
        Shapes.RequireType(context, 0, _strings is null ? FeatureRows.Types : TypeSet.String);
        context.SetOutput(0, ElementType.Float32, context.InputShape(0) is { } shape ? [.. shape, Dimension.Fixed(_count)] : null);
    }

    public override void Run(KernelContext context)
    {
        Tensor x = context.Input(0);
        Span<float> y = context.Output(0).Span<float>();
        y.Clear();
        for (int i = 0; i < x.Count; i++)
        {
            if ((i & 0xFFF) == 0)
            {
                context.ThrowIfCancelled();
            }

            int index;
            bool known = _strings is not null ? _strings.TryGetValue(x.Strings[i], out index) : _integers!.TryGetValue(FeatureRows.At<long>(x, i), out index);
            if (known)
            {
                y[(i * _count) + index] = 1f;
            }
            else if (!_zeros)
            {
                throw context.Error($"input 0, element {i}: expected one of the {_count} categories, got '{(_strings is not null ? x.Strings[i] : FeatureRows.At<long>(x, i))}'. Set the attribute zeros to return zeros for unknown categories.");
            }
        }
    }

    public override void PropagateBatch(BatchContext context) => MlBatch.Same(context);

    private static FrozenDictionary<T, int> Number<T>(T[] items)
        where T : notnull
    {
        var result = new Dictionary<T, int>();
        for (int i = 0; i < items.Length; i++)
        {
            result[items[i]] = i;
        }

        return result.ToFrozenDictionary();
    }
}
