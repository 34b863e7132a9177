using Inference.Onnx;

namespace Inference.Benchmarks.Limits;

/// <summary>An input of a case.</summary>
/// <param name="Type">Its element type.</param>
/// <param name="Dims">Its shape.</param>
/// <param name="Fill">Value of element i, given a number in [0, 1).</param>
internal sealed record LimitInput(ElementType Type, long[] Dims, Func<long, double, double> Fill)
{
    /// <summary>The contents, where the input is an initializer.</summary>
    public OnnxTensor? Constant { get; init; }

    /// <summary>Texts instead of numbers.</summary>
    public Func<long, string>? Text { get; init; }

    public TensorValue Make()
    {
        TensorValue value = TensorValue.Allocate(Type, Dims);
        if (Type == ElementType.String)
        {
            Span<string> texts = value.AsWritableSpan<string>();
            for (int i = 0; i < texts.Length; i++)
            {
                texts[i] = Text!(i);
            }

            return value;
        }

        ulong state = 88172645463325252;
        switch (Type)
        {
            case ElementType.Float32: Set<float>(value, ref state, v => (float)v); break;
            case ElementType.Float16: Set<Half>(value, ref state, v => (Half)v); break;
            case ElementType.Float64: Set<double>(value, ref state, v => v); break;
            case ElementType.Int64: Set<long>(value, ref state, v => (long)v); break;
            case ElementType.Int32: Set<int>(value, ref state, v => (int)v); break;
            case ElementType.UInt8: Set<byte>(value, ref state, v => (byte)v); break;
            case ElementType.Int8: Set<sbyte>(value, ref state, v => (sbyte)v); break;
            case ElementType.Bool: Set<bool>(value, ref state, v => v >= 0.5); break;
            default: throw new NotSupportedException(Type.ToString());
        }

        return value;
    }

    private void Set<T>(TensorValue value, ref ulong state, Func<double, T> convert)
    {
        Span<T> span = value.AsWritableSpan<T>();
        for (int i = 0; i < span.Length; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            span[i] = convert(Fill(i, (state >> 11) * (1.0 / (1UL << 53))));
        }
    }
}
