namespace Inference.Onnx;

/// <summary>Element types of ONNX tensors; the values are those of <c>TensorProto.DataType</c>. A file may contain a value that is not listed here.</summary>
public enum OnnxElementType
{
    /// <summary>Not specified.</summary>
    Undefined = 0,

    /// <summary>IEEE 754 single precision (FLOAT).</summary>
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

    /// <summary>A string of bytes, usually UTF-8.</summary>
    String = 8,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 9,

    /// <summary>IEEE 754 half precision.</summary>
    Float16 = 10,

    /// <summary>IEEE 754 double precision (DOUBLE).</summary>
    Float64 = 11,

    /// <summary>Unsigned 32-bit integer.</summary>
    UInt32 = 12,

    /// <summary>Unsigned 64-bit integer.</summary>
    UInt64 = 13,

    /// <summary>Two float32: real, imaginary.</summary>
    Complex64 = 14,

    /// <summary>Two float64: real, imaginary.</summary>
    Complex128 = 15,

    /// <summary>The upper 16 bits of a float32.</summary>
    BFloat16 = 16,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits, no infinities.</summary>
    Float8E4M3FN = 17,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits, no infinities, no negative zero.</summary>
    Float8E4M3FNUZ = 18,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits, as in IEEE 754.</summary>
    Float8E5M2 = 19,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits, no infinities, no negative zero.</summary>
    Float8E5M2FNUZ = 20,

    /// <summary>Unsigned 4-bit integer, two per byte, the first in the low half.</summary>
    UInt4 = 21,

    /// <summary>Signed 4-bit integer, two per byte, the first in the low half.</summary>
    Int4 = 22,

    /// <summary>4-bit float, 2 exponent bits and 1 mantissa bit, two per byte, the first in the low half.</summary>
    Float4E2M1 = 23,

    /// <summary>8-bit power of two, used as a scale.</summary>
    Float8E8M0 = 24,

    /// <summary>Unsigned 2-bit integer, four per byte, the first in the lowest bits.</summary>
    UInt2 = 25,

    /// <summary>Signed 2-bit integer, four per byte, the first in the lowest bits.</summary>
    Int2 = 26,
}
