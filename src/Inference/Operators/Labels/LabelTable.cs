using System.Collections.Frozen;
using Inference.Operators.Movement;
using Inference.Operators.Scoring;

namespace Inference.Operators.Labels;

/// <summary>Keys, the values at them, and what stands for other keys. Immutable.</summary>
internal sealed class LabelTable
{
    private readonly FrozenDictionary<string, int>? _strings;
    private readonly FrozenDictionary<long, int>? _bits;

    public LabelTable(Tensor keys, Tensor values, Tensor byDefault)
    {
        KeyType = keys.Type;
        Values = values;
        Default = byDefault;
        if (keys.Type == ElementType.String)
        {
            var strings = new Dictionary<string, int>(StringComparer.Ordinal);
            for (int i = 0; i < keys.Count; i++)
            {
                strings.TryAdd(keys.Strings[i], i);
            }

            _strings = strings.ToFrozenDictionary(StringComparer.Ordinal);
        }
        else
        {
            var bits = new Dictionary<long, int>();
            for (int i = 0; i < keys.Count; i++)
            {
                bits.TryAdd(Bits(keys, i), i);
            }

            _bits = bits.ToFrozenDictionary();
        }
    }

    public ElementType KeyType { get; }

    public ElementType ValueType => Values.Type;

    public Tensor Values { get; }

    public Tensor Default { get; }

    /// <summary>Where the value of an element stands; −1 for the default.</summary>
    public int Find(Tensor x, int index)
    {
        int position;
        bool known = _strings is not null ? _strings.TryGetValue(x.Strings[index], out position) : _bits!.TryGetValue(Bits(x, index), out position);
        return known ? position : -1;
    }

    // Floats by their bits: all NaNs are one key, and −0 is 0.
    private static long Bits(Tensor tensor, int index)
    {
        if (tensor.Type is not (ElementType.Float32 or ElementType.Float64))
        {
            return Integers.At(tensor, index);
        }

        double value = FeatureRows.At<double>(tensor, index);
        return BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value == 0 ? 0.0 : value);
    }
}
