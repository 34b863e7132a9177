namespace Inference.Remote.Wire;

/// <summary>The data types of the protocol, by name.</summary>
internal static class WireType
{
    /// <summary>The protocol's name of an element type.</summary>
    /// <exception cref="InvalidInputException">The protocol has no such type.</exception>
    public static string NameOf(string tensor, ElementType type) => type switch
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
        _ => throw new InvalidInputException($"Input '{tensor}': expected an element type of the Open Inference Protocol (bool, integers of 8 to 64 bits, float16, bfloat16, float32, float64, string), got {type.Name()}. Convert it.")
        {
            Input = tensor,
            Actual = type.Name(),
        },
    };

    /// <summary>The element type of a name; undefined if the name is not known.</summary>
    public static ElementType Parse(string name) => name switch
    {
        "BOOL" => ElementType.Bool,
        "UINT8" => ElementType.UInt8,
        "UINT16" => ElementType.UInt16,
        "UINT32" => ElementType.UInt32,
        "UINT64" => ElementType.UInt64,
        "INT8" => ElementType.Int8,
        "INT16" => ElementType.Int16,
        "INT32" => ElementType.Int32,
        "INT64" => ElementType.Int64,
        "FP16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "FP32" => ElementType.Float32,
        "FP64" => ElementType.Float64,
        "BYTES" => ElementType.String,
        _ => ElementType.Undefined,
    };

    /// <summary>The element type of a name in an answer.</summary>
    /// <exception cref="ModelRunException">The name is not known.</exception>
    public static ElementType ParseOutput(string tensor, string name)
    {
        ElementType type = Parse(name);
        return type != ElementType.Undefined ? type
            : throw new ModelRunException($"Output '{tensor}': expected a data type of the Open Inference Protocol, got '{name}' from the server.");
    }
}
