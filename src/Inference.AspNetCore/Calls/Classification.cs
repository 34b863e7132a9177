using System.Globalization;
using Inference.AspNetCore.Protocol;

namespace Inference.AspNetCore.Calls;

/// <summary>The classes of the highest values along the last axis, each as <c>value:index</c>.</summary>
internal static class Classification
{
    /// <exception cref="RequestFault">The output has no numbers, or no classes.</exception>
    public static void Check(ModelInfo info, ModelPort port, int classes)
    {
        if (port.Type.ElementType is ElementType.String or ElementType.Bool or ElementType.BFloat16)
        {
            RequestFault.Throw($"Model '{info.Name}', output '{port.Name}', parameter 'classification': expected an output of numbers, got {Datatypes.Name(port.Type.ElementType)}.");
        }

        if (port.Type.Shape is { } shape && (shape.Count == 0 || shape[^1].Size < classes))
        {
            RequestFault.Throw($"Model '{info.Name}', output '{port.Name}', parameter 'classification': expected at most the number of classes of shape [{string.Join(",", shape)}], got {classes}.");
        }
    }

    /// <summary>Returns the highest classes: shape [..., C] becomes [..., min(k, C)], equal values in order of their index, NaN last.</summary>
    /// <exception cref="RequestFault">The output has no numbers, or is a scalar.</exception>
    public static TensorValue Of(ModelInfo info, string name, TensorValue scores, int classes) => scores.ElementType switch
    {
        ElementType.Float32 => Of<float>(info, name, scores, classes),
        ElementType.Float64 => Of<double>(info, name, scores, classes),
        ElementType.Float16 => Of<Half>(info, name, scores, classes),
        ElementType.Int8 => Of<sbyte>(info, name, scores, classes),
        ElementType.Int16 => Of<short>(info, name, scores, classes),
        ElementType.Int32 => Of<int>(info, name, scores, classes),
        ElementType.Int64 => Of<long>(info, name, scores, classes),
        ElementType.UInt8 => Of<byte>(info, name, scores, classes),
        ElementType.UInt16 => Of<ushort>(info, name, scores, classes),
        ElementType.UInt32 => Of<uint>(info, name, scores, classes),
        ElementType.UInt64 => Of<ulong>(info, name, scores, classes),
        _ => throw new RequestFault(FaultKind.InvalidArgument, $"Model '{info.Name}', output '{name}', parameter 'classification': expected an output of numbers, got {scores}."),
    };

    private static TensorValue Of<T>(ModelInfo info, string name, TensorValue scores, int classes)
        where T : struct, IComparable<T>, ISpanFormattable
    {
        if (scores.Rank == 0)
        {
            RequestFault.Throw($"Model '{info.Name}', output '{name}', parameter 'classification': expected an axis of classes, got a scalar.");
        }

        int width = (int)scores.Shape[^1], kept = Math.Min(width, classes);
        long[] shape = [.. scores.Shape[..^1], kept];
        TensorValue result = TensorValue.Allocate(ElementType.String, shape);
        Span<string> texts = result.AsWritableSpan<string>();
        ReadOnlySpan<T> values = scores.AsSpan<T>();
        int[] order = new int[width];
        T[] keys = new T[width];
        for (int row = 0; row < (width == 0 ? 0 : values.Length / width); row++)
        {
            values.Slice(row * width, width).CopyTo(keys);
            for (int i = 0; i < width; i++)
            {
                order[i] = i;
            }

            Array.Sort(order, (a, b) => keys[b].CompareTo(keys[a]) is var compared && compared != 0 ? compared : a.CompareTo(b));
            for (int i = 0; i < kept; i++)
            {
                texts[(row * kept) + i] = string.Create(CultureInfo.InvariantCulture, $"{keys[order[i]]}:{order[i]}");
            }
        }

        return result;
    }
}
