using System.Collections.Frozen;
using System.Globalization;
using System.Numerics;

namespace Inference.Validation;

/// <summary>Holds numbers against bounds and a vocabulary.</summary>
internal sealed class NumberCheck<T> : InputCheck
    where T : unmanaged, INumber<T>, IMinMaxValue<T>
{
    private readonly T _min;
    private readonly T _max;
    private readonly bool _isBounded;
    private readonly FrozenSet<long>? _allowed;

    public NumberCheck(string model, ModelPort port, InputRule rule, ValidationInstruments instruments)
        : base(model, port, rule, instruments)
    {
        // Infinities are outside the finite bounds unless they are allowed; NaN is outside all bounds.
        bool infinite = rule.AllowInfinity && T.IsInfinity(T.CreateSaturating(double.PositiveInfinity));
        _min = rule.Min is { } min ? Least(min) : infinite ? T.CreateSaturating(double.NegativeInfinity) : T.MinValue;
        _max = rule.Max is { } max ? Greatest(max) : infinite ? T.CreateSaturating(double.PositiveInfinity) : T.MaxValue;
        _isBounded = rule.Min is not null || rule.Max is not null || (IsReal && !(rule.AllowNaN && rule.AllowInfinity));
        _allowed = rule.AllowedIds.Count == 0 ? null : rule.AllowedIds.ToFrozenSet();
    }

    private static bool IsReal => typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half);

    protected override bool IsEveryElementAllowed(TensorValue tensor)
    {
        ReadOnlySpan<T> values = tensor.AsSpan<T>();
        if (_isBounded && !AreWithinBounds(values))
        {
            return false;
        }

        if (_allowed is not null)
        {
            foreach (T value in values)
            {
                if (!IsKnown(value))
                {
                    return false;
                }
            }
        }

        return true;
    }

    protected override int Examine(TensorValue tensor, TensorValue? copy, int index)
    {
        T value = tensor.AsSpan<T>()[index];
        (int kind, T replacement) = Find(value);
        if (kind >= 0 && copy is not null)
        {
            copy.AsWritableSpan<T>()[index] = replacement;
        }

        return kind;
    }

    protected override TensorValue Copy(TensorValue tensor) => TensorValue.Copy(tensor.AsSpan<T>(), tensor.Shape);

    protected override string Show(TensorValue tensor, int index) => tensor.AsSpan<T>()[index].ToString(null, CultureInfo.InvariantCulture);

    private (int Kind, T Replacement) Find(T value)
    {
        T replacement = T.CreateSaturating(Rule.Replacement);
        if (T.IsNaN(value))
        {
            return (Rule.AllowNaN ? -1 : NaNKind, replacement);
        }

        if (value < _min || value > _max)
        {
            bool infinite = T.IsInfinity(value) && !Rule.AllowInfinity;

            // Without an explicit bound, an infinity has no meaningful nearest value.
            T nearest = value < _min ? (infinite && Rule.Min is null ? replacement : _min) : infinite && Rule.Max is null ? replacement : _max;
            return (infinite ? InfinityKind : RangeKind, _allowed is null ? nearest : replacement);
        }

        return IsKnown(value) ? (-1, value) : (VocabularyKind, replacement);
    }

    private bool IsKnown(T value) =>
        _allowed is null || ((typeof(T) != typeof(ulong) || (ulong)(object)value <= long.MaxValue) && _allowed.Contains(long.CreateTruncating(value)));

    private bool AreWithinBounds(ReadOnlySpan<T> values)
    {
        int i = 0;
        if (Vector.IsHardwareAccelerated && Vector<T>.IsSupported && !Rule.AllowNaN)
        {
            var min = new Vector<T>(_min);
            var max = new Vector<T>(_max);
            for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                // NaN compares false on both sides.
                var vector = new Vector<T>(values[i..]);
                if (!Vector.GreaterThanOrEqualAll(vector, min) || !Vector.LessThanOrEqualAll(vector, max))
                {
                    return false;
                }
            }
        }

        for (; i < values.Length; i++)
        {
            if (!(values[i] >= _min && values[i] <= _max) && !(Rule.AllowNaN && T.IsNaN(values[i])))
            {
                return false;
            }
        }

        return true;
    }

    // A bound between two numbers of the type is moved inwards, so that a replaced value satisfies the rule.
    private static T Least(double bound)
    {
        T value = T.CreateSaturating(Math.Ceiling(bound) is var whole && !IsReal ? whole : bound);
        return IsReal && double.CreateChecked(value) < bound ? Next(value, up: true) : value;
    }

    private static T Greatest(double bound)
    {
        T value = T.CreateSaturating(Math.Floor(bound) is var whole && !IsReal ? whole : bound);
        return IsReal && double.CreateChecked(value) > bound ? Next(value, up: false) : value;
    }

    private static T Next(T value, bool up)
    {
        if (typeof(T) == typeof(float))
        {
            return (T)(object)(up ? MathF.BitIncrement((float)(object)value) : MathF.BitDecrement((float)(object)value));
        }

        return typeof(T) == typeof(Half) ? (T)(object)(up ? Half.BitIncrement((Half)(object)value) : Half.BitDecrement((Half)(object)value)) : value;
    }
}
