using System.Text;

namespace Inference.Cli.Data;

/// <summary>Writes NumPy <c>.npy</c> arrays. Source: NumPy enhancement proposal 1, "A Simple File Format for NumPy Arrays", version 1.</summary>
internal static class NpyWriter
{
    /// <summary>Whether NumPy supports the element type.</summary>
    public static bool Supports(ElementType type) => Descriptor(type) is not null;

    /// <summary>Writes a tensor.</summary>
    /// <exception cref="InferenceException">NumPy does not support the element type.</exception>
    public static void Write(Stream stream, TensorValue tensor)
    {
        WriteHeader(stream, tensor.ElementType, tensor.Shape);
        stream.Write(tensor.AsBytes());
    }

    /// <summary>Writes the header.</summary>
    public static void WriteHeader(Stream stream, ElementType type, ReadOnlySpan<long> shape)
    {
        string descriptor = Descriptor(type) ?? throw new InferenceException($"Expected an element type that NumPy supports, got {type.Name()}. Write the tensor as .pb instead.");
        var dims = new StringBuilder();
        foreach (long dim in shape)
        {
            dims.Append(System.Globalization.CultureInfo.InvariantCulture, $"{dim},");
        }

        string header = $"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({dims}), }}";
        // Magic, version and length take 10 bytes; the whole is a multiple of 64, ended by a new line.
        int length = (header.Length + 11 + 63) / 64 * 64 - 10;
        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.Latin1.GetBytes(header.PadRight(length - 1) + "\n"));
    }

    private static string? Descriptor(ElementType type) => type switch
    {
        ElementType.Float32 => "<f4",
        ElementType.Float64 => "<f8",
        ElementType.Float16 => "<f2",
        ElementType.Int8 => "|i1",
        ElementType.Int16 => "<i2",
        ElementType.Int32 => "<i4",
        ElementType.Int64 => "<i8",
        ElementType.UInt8 => "|u1",
        ElementType.UInt16 => "<u2",
        ElementType.UInt32 => "<u4",
        ElementType.UInt64 => "<u8",
        ElementType.Bool => "|b1",
        ElementType.Complex64 => "<c8",
        ElementType.Complex128 => "<c16",
        _ => null,
    };
}
