namespace Inference.Conformance.Models;

/// <summary>Tensors with contents from a seed or a formula.</summary>
public static class Tensors
{
    /// <summary>Floats in [−1, 1).</summary>
    public static TensorValue Uniform(int seed, params ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long dimension in shape)
        {
            count *= dimension;
        }

        return TensorValue.Copy(Values((int)count, seed), shape);
    }

    /// <summary>Floats in [−1, 1).</summary>
    public static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (random.NextSingle() * 2) - 1;
        }

        return values;
    }

    /// <summary>Floats by a function of the flat index.</summary>
    public static TensorValue Fill(ReadOnlySpan<long> shape, Func<int, float> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        TensorValue tensor = TensorValue.Allocate(ElementType.Float32, shape);
        Span<float> elements = tensor.AsWritableSpan<float>();
        for (int i = 0; i < elements.Length; i++)
        {
            elements[i] = value(i);
        }

        return tensor;
    }

    /// <summary>A tensor of any element type with bytes from a seed (bool: 0 or 1; strings: short words).</summary>
    public static TensorValue Bytes(ElementType type, int seed, params ReadOnlySpan<long> shape)
    {
        var random = new Random(seed);
        TensorValue tensor = TensorValue.Allocate(type, shape);
        if (type == ElementType.String)
        {
            Span<string> words = tensor.AsWritableSpan<string>();
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = random.Next(4) switch { 0 => "", 1 => "naïve", 2 => "数据", _ => $"w{random.Next(100)}" };
            }

            return tensor;
        }

        Span<byte> bytes = tensor.AsWritableBytes();
        random.NextBytes(bytes);
        if (type == ElementType.Bool)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] &= 1;
            }
        }

        // The unused bits of a packed tensor's last byte are zero.
        int used = (int)(tensor.ElementCount * type.BitWidth() % 8);
        if (used != 0)
        {
            bytes[^1] &= (byte)((1 << used) - 1);
        }

        return tensor;
    }
}
