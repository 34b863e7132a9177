using System.Runtime.InteropServices;
using Inference.Onnx;

namespace Inference.Lying.Lies;

/// <summary>Lies about what a model is fed.</summary>
internal static class InputLies
{
    private static readonly long[] s_extremes = [0, 1, -1, 2, -2, 3, 7, 100, -100, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 1L << 31, 1L << 40];

    /// <summary>An input of another shape.</summary>
    public static string Shape(Story story)
    {
        if (story.AnyTensor() is not var (info, value))
        {
            return "no input";
        }

        (long[] dims, string what) = Reshaped.Shape(value.Shape, story.Random);
        if (Reshaped.Make(value, dims, value.ElementType) is not { } made)
        {
            return "too large";
        }

        story.Inputs[info.Name] = made;
        story.Changed.Add(info.Name);
        return $"input '{info.Name}' {TensorShape.Format(value.Shape)} {what} {TensorShape.Format(dims)}";
    }

    /// <summary>An input that becomes a constant of the model, perhaps of another shape.</summary>
    public static string Constant(Story story)
    {
        if (story.AnyTensor() is not var (info, value) || value.ElementType == ElementType.String)
        {
            return "no input";
        }

        TensorValue made = value;
        string what = "as it is";
        if (story.Random.Next(3) > 0)
        {
            (long[] dims, what) = Reshaped.Shape(value.Shape, story.Random);
            made = Reshaped.Make(value, dims, value.ElementType) ?? value;
        }

        story.Model.Graph.Inputs.Remove(info);
        story.Inputs.Remove(info.Name);
        story.Model.Graph.Initializers.Add(OnnxTensor.FromBytes(info.Name, (OnnxElementType)(int)made.ElementType, made.AsBytes().ToArray(), made.Shape));
        return $"constant '{info.Name}' {TensorShape.Format(value.Shape)} {what} {TensorShape.Format(made.Shape)}";
    }

    /// <summary>An input of another element type.</summary>
    public static string Type(Story story)
    {
        if (story.AnyTensor() is not var (info, value) || info.Type is null)
        {
            return "no input";
        }

        var type = (ElementType)story.Random.Next(1, 24);
        if (type is ElementType.Undefined || !Enum.IsDefined(type) || Reshaped.Make(value, value.Shape.ToArray(), type) is not { } made)
        {
            return "no type";
        }

        info.Type.ElementType = (OnnxElementType)(int)type;
        story.Inputs[info.Name] = made;
        return $"input '{info.Name}' {value.ElementType} as {type}";
    }

    /// <summary>Integers of other values: indices, lengths, sizes.</summary>
    public static string Values(Story story)
    {
        TensorValue[] integers = [.. story.Inputs.Values.OfType<TensorValue>().Where(t => t.ElementType is ElementType.Int64 or ElementType.Int32 && t.ElementCount > 0)];
        if (integers.Length == 0)
        {
            return Shape(story);
        }

        TensorValue picked = story.Pick(integers);
        string name = story.Inputs.First(i => ReferenceEquals(i.Value, picked)).Key;
        TensorValue made = Reshaped.Make(picked, picked.Shape.ToArray(), picked.ElementType)!;
        long value = story.Pick(s_extremes);
        int at = story.Random.Next((int)made.ElementCount);
        if (made.ElementType == ElementType.Int64)
        {
            MemoryMarshal.Cast<byte, long>(made.AsWritableBytes())[at] = value;
        }
        else
        {
            MemoryMarshal.Cast<byte, int>(made.AsWritableBytes())[at] = unchecked((int)value);
        }

        story.Inputs[name] = made;
        return $"input '{name}'[{at}] = {value}";
    }
}
