using Inference.OnnxRuntime.Tests.Support;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>Compares what both engines answered: kinds, types, shapes and contents; maps key by key.</summary>
internal static class ValueDifference
{
    /// <summary>The first difference between two engines; null for none.</summary>
    public static string? Of(DifferentialCase made, string one, NamedValues want, string other, NamedValues got)
    {
        var by = new Names(one, other);
        foreach ((string name, ModelValue value) in want)
        {
            if (Of(made, by, name, value, got.GetValue(name)) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static string? Of(DifferentialCase made, Names by, string name, ModelValue want, ModelValue got) => (want, got) switch
    {
        (TensorValue wanted, TensorValue gotten) => Tensors(made, by, name, wanted, gotten),
        (SequenceValue wanted, SequenceValue gotten) => Sequences(made, by, name, wanted, gotten),
        (MapValue wanted, MapValue gotten) => Maps(made, by, name, wanted, gotten),
        (OptionalValue { Value: null }, OptionalValue { Value: null }) => null,
        (OptionalValue { Value: { } wanted }, OptionalValue { Value: { } gotten }) => Of(made, by, name, wanted, gotten),
        _ => $"{name}: {by.One} gives a {want.Kind} ({want}), {by.Other} a {got.Kind} ({got}).",
    };

    private static string? Sequences(DifferentialCase made, Names by, string name, SequenceValue want, SequenceValue got)
    {
        if (want.Count != got.Count)
        {
            return $"{name}: {by.One} gives a sequence of {want.Count}, {by.Other} of {got.Count}.";
        }

        for (int i = 0; i < want.Count; i++)
        {
            if (Of(made, by, $"{name}, item {i}", want[i], got[i]) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    // Engines give the keys of a map in orders of their own.
    private static string? Maps(DifferentialCase made, Names by, string name, MapValue want, MapValue got)
    {
        string[] wanted = Keys(want);
        string[] gotten = Keys(got);
        if (want.Keys.ElementType != got.Keys.ElementType || want.Values.ElementType != got.Values.ElementType || !wanted.Order().SequenceEqual(gotten.Order()))
        {
            return $"{name}: {by.One} gives the keys {want.Keys} [{string.Join(" ", wanted)}] to {want.Values}, {by.Other} {got.Keys} [{string.Join(" ", gotten)}] to {got.Values}.";
        }

        double[] numbers = TensorAssert.Doubles(got.Values);
        using TensorValue sorted = TensorValue.Copy([.. wanted.Select(key => (float)numbers[Array.IndexOf(gotten, key)])], [wanted.Length]);
        using TensorValue values = TensorValue.Copy([.. TensorAssert.Doubles(want.Values).Select(static x => (float)x)], [wanted.Length]);
        return Tensors(made, by, $"{name}, values in the order of the keys", values, sorted);
    }

    private static string[] Keys(MapValue map) =>
        map.Keys.ElementType == ElementType.String ? map.Keys.AsSpan<string>().ToArray() : [.. map.Keys.AsSpan<long>().ToArray().Select(static key => $"{key}")];

    private static string? Tensors(DifferentialCase made, Names by, string name, TensorValue want, TensorValue got)
    {
        if (want.ToString() != got.ToString())
        {
            return $"{name}: {by.One} gives {want}, {by.Other} {got}.";
        }

        if (want.ElementType == ElementType.String)
        {
            return want.AsSpan<string>().SequenceEqual(got.AsSpan<string>()) ? null
                : $"{name}: {by.One} gives [{string.Join("|", want.AsSpan<string>().ToArray())}], {by.Other} [{string.Join("|", got.AsSpan<string>().ToArray())}].";
        }

        if (made.Judge is { } judge)
        {
            return judge(by.One, want) ?? judge(by.Other, got);
        }

        double[] wanted = TensorAssert.Doubles(want);
        double[] gotten = TensorAssert.Doubles(got);
        (double relative, double absolute) = DifferentialRunner.Tolerance(made, want.ElementType);
        for (int i = 0; i < wanted.Length; i++)
        {
            bool equal = wanted[i].Equals(gotten[i]) || Math.Abs(wanted[i] - gotten[i]) <= absolute + (relative * Math.Abs(wanted[i]));
            if (!equal)
            {
                return $"{name}[{i}] of {want}: {by.One} gives {wanted[i]:G9}, {by.Other} {gotten[i]:G9} (relative {relative}, absolute {absolute}).";
            }
        }

        return null;
    }

    private readonly record struct Names(string One, string Other);
}
