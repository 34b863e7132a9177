using System.Diagnostics.CodeAnalysis;

namespace Inference.Layers;

/// <summary>Checks the arguments of a layer's construction and runs before any address is taken.</summary>
internal static class LayerCheck
{
    /// <summary>A span has as many elements as its shape says.</summary>
    public static void Length(int length, long rows, long columns, string layer, string shape, string parameter)
    {
        if (length != rows * columns)
        {
            ThrowLength(length, rows, columns, layer, shape, parameter);
        }
    }

    /// <summary>Checks that a bias has one element for each output, or is empty.</summary>
    public static void Bias(int length, int outputs, string layer)
    {
        if (length != 0)
        {
            Length(length, 1, outputs, layer, "outputs", "bias");
        }
    }

    /// <summary>Scales are above 0, and one for all or one for each of <paramref name="count"/>.</summary>
    public static void Scales(ReadOnlySpan<float> scales, int count, string layer, string shape, string parameter)
    {
        if (scales.Length != 1)
        {
            Length(scales.Length, 1, count, layer, shape, parameter);
        }

        for (int i = 0; i < scales.Length; i++)
        {
            if (!(scales[i] > 0f) || !float.IsFinite(scales[i]))
            {
                throw new ArgumentException($"{layer}: expected scales greater than 0, got {scales[i]} at position {i}. Use 1 where all codes are 0.", parameter);
            }
        }
    }

    /// <summary>What is common to every run: the rows, the threads, both spans, and that they are apart.</summary>
    public static void Run(ReadOnlySpan<float> x, int inputs, ReadOnlySpan<float> y, int outputs, int rows, int threads, string layer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Length(x.Length, rows, inputs, layer, "rows, inputs", nameof(x));
        Length(y.Length, rows, outputs, layer, "rows, outputs", nameof(y));
        if (x.Overlaps(y))
        {
            throw new ArgumentException($"{layer}: expected an output that does not overlap the input. Pass other memory for y.", nameof(y));
        }
    }

    [DoesNotReturn]
    private static void ThrowLength(int length, long rows, long columns, string layer, string shape, string parameter) => throw new ArgumentException(
        $"{layer}: expected {rows * columns} elements of {parameter}[{shape}], got {length}. Pass a span of exactly that length.", parameter);
}
