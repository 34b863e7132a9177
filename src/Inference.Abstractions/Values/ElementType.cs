namespace Inference;

/// <summary>Element types of tensors; the values are those of ONNX's <c>TensorProto.DataType</c>.</summary>
public enum ElementType
{
    /// <summary>No type, or unknown.</summary>
    Undefined = 0,
    /// <summary>IEEE 754 binary32.</summary>
    Float32 = 1,
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 2,
    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 3,
    /// <summary>Unsigned 16-bit integer.</summary>
    UInt16 = 4,
    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 5,
    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 6,
    /// <summary>Signed 64-bit integer.</summary>
    Int64 = 7,
    /// <summary>UTF-8 text; in memory a .NET <see cref="string"/>.</summary>
    String = 8,
    /// <summary>Boolean, one byte per element, 0 or 1.</summary>
    Bool = 9,
    /// <summary>IEEE 754 binary16.</summary>
    Float16 = 10,
    /// <summary>IEEE 754 binary64.</summary>
    Float64 = 11,
    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 12,
    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 13,
    /// <summary>Complex number of two <see cref="Float32"/> parts.</summary>
    Complex64 = 14,
    /// <summary>Complex number of two <see cref="Float64"/> parts.</summary>
    Complex128 = 15,
    /// <summary>Brain floating point: the upper half of binary32.</summary>
    BFloat16 = 16,
    /// <summary>8-bit float, 4 exponent bits, with NaN, without infinities.</summary>
    Float8E4M3FN = 17,
    /// <summary>8-bit float, 4 exponent bits, bias 8, one NaN, no negative zero.</summary>
    Float8E4M3FNUZ = 18,
    /// <summary>8-bit float, 5 exponent bits, with infinities.</summary>
    Float8E5M2 = 19,
    /// <summary>8-bit float, 5 exponent bits, bias 16, one NaN, no negative zero.</summary>
    Float8E5M2FNUZ = 20,
    /// <summary>Unsigned 4-bit integer, two elements per byte, low nibble first.</summary>
    UInt4 = 21,
    /// <summary>Signed 4-bit integer, two elements per byte, low nibble first.</summary>
    Int4 = 22,
    /// <summary>4-bit float, 2 exponent bits, two elements per byte, low nibble first.</summary>
    Float4E2M1 = 23,
    /// <summary>8-bit power-of-two scale without sign or mantissa.</summary>
    Float8E8M0 = 24,
    /// <summary>Unsigned 2-bit integer, four elements per byte, lowest bits first.</summary>
    UInt2 = 25,
    /// <summary>Signed 2-bit integer, four elements per byte, lowest bits first.</summary>
    Int2 = 26,
}
