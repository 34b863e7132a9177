using System.Globalization;
using Inference.Operators.Scoring;

namespace Inference.Operators.Labels;

/// <summary>A map's values in the order of its keys as a row, cast; SPARSE puts each at its key. Source: ONNX-ML CastMap, opset 1.</summary>
internal sealed class CastMap : Operator
{
    private readonly ElementType _type;
    private readonly bool _sparse;
    private readonly long _size;

    public CastMap(Node node)
    {
        _type = node.Attributes.String("cast_to", "TO_FLOAT") switch
        {
            "TO_FLOAT" => ElementType.Float32,
            "TO_INT64" => ElementType.Int64,
            "TO_STRING" => ElementType.String,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'cast_to': expected TO_FLOAT, TO_INT64 or TO_STRING, got '{other}'."),
        };
        _sparse = node.Attributes.String("map_form", "DENSE") switch
        {
            "DENSE" => false,
            "SPARSE" => true,
            string other => throw new ModelLoadException($"{node.Describe()}: attribute 'map_form': expected DENSE or SPARSE, got '{other}'."),
        };
        _size = node.Attributes.Int("max_map", 1);
        if (_sparse && _size is <= 0 or > int.MaxValue)
        {
            throw new ModelLoadException($"{node.Describe()}: attribute 'max_map': expected a size ≥ 1, got {_size}.");
        }
    }

    protected override void InferOutputs(InferContext context) =>
        context.SetOutput(0, _type, [Dimension.Fixed(1), _sparse ? Dimension.Fixed(_size) : context.InputValue(0) is MapData map ? Dimension.Fixed(map.Keys.Count) : Dimension.Unknown]);

    public override void Run(KernelContext context)
    {
        var map = context.InputValue(0) as MapData ?? throw context.Error("input 0: expected a map, got another kind of value.");
        if (map.Keys.Type != ElementType.Int64 || map.Values.Count != map.Keys.Count)
        {
            throw context.Error($"input 0: expected int64 keys, each with a value, got {map.Keys} and {map.Values}.");
        }

        long[] keys = map.Keys.ToInt64Array();
        var order = new int[keys.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort((long[])keys.Clone(), order);
        Tensor y = context.Output(0, _type, [1, _sparse ? _size : keys.Length]);
        if (_type == ElementType.String)
        {
            // What ONNX Runtime writes; the standard does not say.
            y.Strings.Fill("0.f");
        }
        else
        {
            y.Clear();
        }

        for (int i = 0; i < order.Length; i++)
        {
            long at = _sparse ? keys[order[i]] : i;
            if (at < 0)
            {
                throw context.Error($"input 0: expected keys of 0 or more, which are positions, got {at}.");
            }

            // Keys beyond the width have no place.
            if (at >= y.Count)
            {
                break;
            }

            Put(context, map.Values, order[i], y, (int)at);
        }
    }

    private static void Put(KernelContext context, Tensor values, int from, Tensor y, int to)
    {
        string? text = values.Type == ElementType.String ? values.Strings[from] : null;
        switch (y.Type)
        {
            case ElementType.Float32:
                y.Span<float>()[to] = text is null ? FeatureRows.At<float>(values, from)
                    : float.TryParse(text, CultureInfo.InvariantCulture, out float number) ? number
                    : throw NoNumber(context, text);
                break;
            case ElementType.Int64:
                y.Span<long>()[to] = text is null ? FeatureRows.At<long>(values, from)
                    : long.TryParse(text, CultureInfo.InvariantCulture, out long integer) ? integer
                    : throw NoNumber(context, text);
                break;
            default:
                y.Strings[to] = text ?? FeatureRows.At<float>(values, from).ToString("F6", CultureInfo.InvariantCulture);
                break;
        }
    }

    private static InvalidInputException NoNumber(KernelContext context, string text) => context.Error($"input 0: expected strings that represent numbers of the target type, got '{text}'.");
}
