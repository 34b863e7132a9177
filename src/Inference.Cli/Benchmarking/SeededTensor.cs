using System.Numerics;

namespace Inference.Cli.Benchmarking;

/// <summary>Generates and resizes tensors from a seeded random number generator.</summary>
internal static class SeededTensor
{
    /// <summary>Creates a tensor of a type and shape: floats are normal(0, 1), integers 0 or 1, strings empty.</summary>
    public static TensorValue Create(ElementType type, ReadOnlySpan<long> shape, Random random)
    {
        TensorValue tensor = TensorValue.Allocate(type, shape);
        switch (type)
        {
            case ElementType.Float32: Fill(tensor, () => (float)Normal(random)); break;
            case ElementType.Float64: Fill(tensor, () => Normal(random)); break;
            case ElementType.Float16: Fill(tensor, () => (Half)Normal(random)); break;
            case ElementType.BFloat16: Fill(tensor, () => (BFloat16)(float)Normal(random)); break;
            case ElementType.Int64: Fill(tensor, () => (long)random.Next(2)); break;
            case ElementType.Int32: Fill(tensor, () => random.Next(2)); break;
            case ElementType.Int16: Fill(tensor, () => (short)random.Next(2)); break;
            case ElementType.Int8: Fill(tensor, () => (sbyte)random.Next(-64, 64)); break;
            case ElementType.UInt8: Fill(tensor, () => (byte)random.Next(256)); break;
            case ElementType.Bool: Fill(tensor, () => random.Next(2) == 1); break;
            case ElementType.String: break;
            default: tensor.AsWritableBytes().Clear(); break;
        }

        return tensor;
    }

    /// <summary>Cuts or extends a tensor to a shape of the same rank. Elements beyond the old shape repeat rows drawn at random; there, integers are drawn from the
    /// range observed in the tensor, and floats vary around the row's values.</summary>
    public static TensorValue Resize(TensorValue source, ReadOnlySpan<long> shape, Random random)
    {
        if (source.ElementCount == 0)
        {
            return Create(source.ElementType, shape, random);
        }

        int[] from = SourceOf(source.Shape, shape, random, out bool[] isNew);
        return source.ElementType switch
        {
            ElementType.Float32 => Map<float>(source, shape, from, isNew, v => v + (float)(Normal(random) * 0.1 * Math.Abs(v))),
            ElementType.Float64 => Map<double>(source, shape, from, isNew, v => v + Normal(random) * 0.1 * Math.Abs(v)),
            ElementType.Float16 => Map<Half>(source, shape, from, isNew, v => (Half)((double)v * (1 + 0.1 * Normal(random)))),
            ElementType.Int64 => Integers<long>(source, shape, from, isNew, random),
            ElementType.Int32 => Integers<int>(source, shape, from, isNew, random),
            ElementType.Int16 => Integers<short>(source, shape, from, isNew, random),
            ElementType.UInt16 => Integers<ushort>(source, shape, from, isNew, random),
            ElementType.UInt32 => Integers<uint>(source, shape, from, isNew, random),
            ElementType.Int8 => Integers<sbyte>(source, shape, from, isNew, random),
            ElementType.UInt8 => Integers<byte>(source, shape, from, isNew, random),
            ElementType.Bool => Map<bool>(source, shape, from, isNew, v => v),
            ElementType.BFloat16 => Map<BFloat16>(source, shape, from, isNew, v => v),
            ElementType.String => Map<string>(source, shape, from, isNew, v => v),
            _ => throw new InferenceException($"--shape: expected a numeric tensor to resize, got {source.ElementType.Name()}. Pass the inputs with --inputs."),
        };
    }

    private static TensorValue Integers<T>(TensorValue source, ReadOnlySpan<long> shape, int[] from, bool[] isNew, Random random)
        where T : unmanaged, IBinaryInteger<T>
    {
        long low = long.MaxValue;
        long high = long.MinValue;
        foreach (T value in source.AsSpan<T>())
        {
            long wide = long.CreateSaturating(value);
            low = Math.Min(low, wide);
            high = Math.Max(high, wide);
        }

        return Map<T>(source, shape, from, isNew, _ => T.CreateTruncating(high == long.MaxValue ? low : random.NextInt64(low, high + 1)));
    }

    private static TensorValue Map<T>(TensorValue source, ReadOnlySpan<long> shape, int[] from, bool[] isNew, Func<T, T> vary)
    {
        TensorValue result = TensorValue.Allocate(source.ElementType, shape);
        ReadOnlySpan<T> values = source.AsSpan<T>();
        Span<T> target = result.AsWritableSpan<T>();
        for (int i = 0; i < target.Length; i++)
        {
            T value = values[from[i]];
            target[i] = isNew[i] ? vary(value) : value;
        }

        return result;
    }

    /// <summary>For each element of the new shape the element of the old one that it repeats.</summary>
    private static int[] SourceOf(ReadOnlySpan<long> old, ReadOnlySpan<long> shape, Random random, out bool[] isNew)
    {
        int[] from = [0];
        isNew = [false];
        for (int axis = 0; axis < shape.Length; axis++)
        {
            int size = checked((int)shape[axis]);
            int oldSize = (int)old[axis];
            var next = new int[checked(from.Length * size)];
            var nextIsNew = new bool[next.Length];
            for (int i = 0; i < size; i++)
            {
                int row = i < oldSize ? i : random.Next(oldSize);
                for (int j = 0; j < from.Length; j++)
                {
                    next[j * size + i] = from[j] * oldSize + row;
                    nextIsNew[j * size + i] = isNew[j] || i >= oldSize;
                }
            }

            from = next;
            isNew = nextIsNew;
        }

        return from;
    }

    private static void Fill<T>(TensorValue tensor, Func<T> next)
    {
        foreach (ref T value in tensor.AsWritableSpan<T>())
        {
            value = next();
        }
    }

    // Box and Muller.
    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
