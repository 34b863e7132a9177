using System.Text.Json;

namespace Inference.AspNetCore.Rest;

/// <summary>Writes elements of tensors as JSON: numbers with as many digits as their bits need; NaN and infinities as texts, since JSON has no numbers for these.</summary>
internal static class JsonTensorWriter
{
    public static void Write(Utf8JsonWriter to, TensorValue tensor)
    {
        switch (tensor.ElementType)
        {
            case ElementType.Float32:
                foreach (float value in tensor.AsSpan<float>())
                {
                    Write(to, value);
                }

                break;
            case ElementType.Float64:
                foreach (double value in tensor.AsSpan<double>())
                {
                    if (double.IsFinite(value))
                    {
                        to.WriteNumberValue(value);
                    }
                    else
                    {
                        to.WriteStringValue(NonFinite(value));
                    }
                }

                break;
            case ElementType.Int64:
                foreach (long value in tensor.AsSpan<long>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.Int32:
                foreach (int value in tensor.AsSpan<int>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.Int16:
                foreach (short value in tensor.AsSpan<short>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.Int8:
                foreach (sbyte value in tensor.AsSpan<sbyte>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.UInt64:
                foreach (ulong value in tensor.AsSpan<ulong>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.UInt32:
                foreach (uint value in tensor.AsSpan<uint>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.UInt16:
                foreach (ushort value in tensor.AsSpan<ushort>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.UInt8:
                foreach (byte value in tensor.AsSpan<byte>())
                {
                    to.WriteNumberValue(value);
                }

                break;
            case ElementType.Bool:
                foreach (bool value in tensor.AsSpan<bool>())
                {
                    to.WriteBooleanValue(value);
                }

                break;
            default:
                foreach (string value in tensor.AsSpan<string>())
                {
                    to.WriteStringValue(value);
                }

                break;
        }
    }

    public static void Write(Utf8JsonWriter to, float value)
    {
        if (float.IsFinite(value))
        {
            to.WriteNumberValue(value);
        }
        else
        {
            to.WriteStringValue(NonFinite(value));
        }
    }

    private static ReadOnlySpan<byte> NonFinite(double value) => double.IsNaN(value) ? "NaN"u8 : value > 0 ? "Infinity"u8 : "-Infinity"u8;
}
