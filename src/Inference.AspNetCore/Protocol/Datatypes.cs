namespace Inference.AspNetCore.Protocol;

/// <summary>The protocol's names of element types.</summary>
internal static class Datatypes
{
    /// <summary>The longest name, in bytes.</summary>
    public const int MaxLength = 6;

    /// <summary>All names, for messages.</summary>
    public const string All = "BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES";

    /// <summary>Returns the protocol's name of an element type; null if it has none.</summary>
    public static string? Name(ElementType type) => type switch
    {
        ElementType.Bool => "BOOL",
        ElementType.UInt8 => "UINT8",
        ElementType.UInt16 => "UINT16",
        ElementType.UInt32 => "UINT32",
        ElementType.UInt64 => "UINT64",
        ElementType.Int8 => "INT8",
        ElementType.Int16 => "INT16",
        ElementType.Int32 => "INT32",
        ElementType.Int64 => "INT64",
        ElementType.Float16 => "FP16",
        ElementType.BFloat16 => "BF16",
        ElementType.Float32 => "FP32",
        ElementType.Float64 => "FP64",
        ElementType.String => "BYTES",
        _ => null,
    };

    /// <summary>Gets the element type with a name; undefined if there is none.</summary>
    public static ElementType Parse(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("FP32"u8) ? ElementType.Float32 :
        name.SequenceEqual("INT64"u8) ? ElementType.Int64 :
        name.SequenceEqual("INT32"u8) ? ElementType.Int32 :
        name.SequenceEqual("BYTES"u8) ? ElementType.String :
        name.SequenceEqual("FP64"u8) ? ElementType.Float64 :
        name.SequenceEqual("BOOL"u8) ? ElementType.Bool :
        name.SequenceEqual("UINT8"u8) ? ElementType.UInt8 :
        name.SequenceEqual("FP16"u8) ? ElementType.Float16 :
        name.SequenceEqual("BF16"u8) ? ElementType.BFloat16 :
        name.SequenceEqual("INT8"u8) ? ElementType.Int8 :
        name.SequenceEqual("INT16"u8) ? ElementType.Int16 :
        name.SequenceEqual("UINT16"u8) ? ElementType.UInt16 :
        name.SequenceEqual("UINT32"u8) ? ElementType.UInt32 :
        name.SequenceEqual("UINT64"u8) ? ElementType.UInt64 :
        ElementType.Undefined;

    /// <summary>Whether JSON and typed contents have no form for the type, so that it travels as raw bytes alone.</summary>
    public static bool IsRawOnly(ElementType type) => type is ElementType.Float16 or ElementType.BFloat16;
}
