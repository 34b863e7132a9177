using Inference.Generators.Signatures;

namespace Inference.Generators.Emission;

/// <summary>The .NET types of ports.</summary>
internal static class TypedForm
{
    private static readonly Dictionary<string, (string Type, string Element)> s_elements = new(StringComparer.Ordinal)
    {
        ["float32"] = ("float", "Float32"),
        ["float64"] = ("double", "Float64"),
        ["float16"] = ("global::System.Half", "Float16"),
        ["bfloat16"] = ("global::Inference.BFloat16", "BFloat16"),
        ["int8"] = ("sbyte", "Int8"),
        ["int16"] = ("short", "Int16"),
        ["int32"] = ("int", "Int32"),
        ["int64"] = ("long", "Int64"),
        ["uint8"] = ("byte", "UInt8"),
        ["uint16"] = ("ushort", "UInt16"),
        ["uint32"] = ("uint", "UInt32"),
        ["uint64"] = ("ulong", "UInt64"),
        ["bool"] = ("bool", "Bool"),
        ["string"] = ("string", "String"),
        ["complex64"] = ("global::Inference.Complex64", "Complex64"),
        ["complex128"] = ("global::System.Numerics.Complex", "Complex128"),
        ["float8e4m3fn"] = ("global::Inference.Float8E4M3FN", "Float8E4M3FN"),
        ["float8e4m3fnuz"] = ("global::Inference.Float8E4M3FNUZ", "Float8E4M3FNUZ"),
        ["float8e5m2"] = ("global::Inference.Float8E5M2", "Float8E5M2"),
        ["float8e5m2fnuz"] = ("global::Inference.Float8E5M2FNUZ", "Float8E5M2FNUZ"),
        ["float8e8m0"] = ("global::Inference.Float8E8M0", "Float8E8M0"),
    };

    // Element types inside sequences and maps for which the class reads no tensor.
    private static readonly Dictionary<string, string> s_packed = new(StringComparer.Ordinal)
    {
        ["int4"] = "Int4",
        ["uint4"] = "UInt4",
        ["float4e2m1"] = "Float4E2M1",
        ["int2"] = "Int2",
        ["uint2"] = "UInt2",
    };

    /// <summary>The name of the element type whose .NET type this is; null if there is none.</summary>
    public static string? NameOf(string type) => s_elements.FirstOrDefault(e => e.Value.Type == type).Key;

    /// <summary>The ports that a typed class cannot represent.</summary>
    public static IEnumerable<Finding> Findings(TypedClass type, Signature signature) =>
        signature.Inputs.Where(static p => !p.IsOptional && !Has(p)).Select(port => Without(type, signature, "input", port))
            .Concat(signature.Outputs.Where(static p => !Has(p)).Select(port => Without(type, signature, "output", port)));

    /// <summary>The .NET type of a tensor's elements.</summary>
    public static string ElementOf(PortType tensor) => s_elements[tensor.Elements].Type;

    /// <summary>The class of a value that is not a tensor.</summary>
    public static string ValueOf(PortType type) => $"global::Inference.{type.Kind switch { "sequence" => "Sequence", "map" => "Map", _ => "Optional" }}Value";

    /// <summary>The expression that creates the type at run time.</summary>
    public static string Expression(PortType? type) => type?.Kind switch
    {
        null => "null",
        "tensor" => $"global::Inference.ModelValueType.Tensor({Member(type.Elements)}{(type.Shape is { } shape ? $", new global::Inference.Dimension[] {{ {string.Join(", ", shape.Select(Expression))} }}" : "")})",
        "sequence" => $"global::Inference.ModelValueType.Sequence({Expression(type.Element)})",
        "map" => $"global::Inference.ModelValueType.Map({Member(type.Key)}, {Expression(type.Element)})",
        _ => $"global::Inference.ModelValueType.Optional({Expression(type.Element)})",
    };

    private static string Expression(Dimension dimension) => dimension.Size is { } size ? $"global::Inference.Dimension.Fixed({size}L)"
        : dimension.Symbol is { } symbol ? $"global::Inference.Dimension.Named({Names.Literal(symbol)})"
        : "global::Inference.Dimension.Unknown";

    private static string Member(string element) =>
        $"global::Inference.ElementType.{(s_elements.TryGetValue(element, out (string Type, string Element) known) ? known.Element : s_packed.TryGetValue(element, out string? packed) ? packed : "Undefined")}";

    private static bool Has(Port port) => port.Type is { } type && (!type.IsTensor || s_elements.ContainsKey(type.Elements));

    private static Finding Without(TypedClass type, Signature signature, string role, Port port) =>
        Finding.Of(Rules.NoTypedForm, type.Location, type.Name, signature.Model, role, port.Name, port.Type?.ToString() ?? "a port without a declared type");
}
