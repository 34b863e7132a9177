using Inference.Onnx;

namespace Inference.Conformance.Models;

/// <summary>Each element type in and out, unchanged.</summary>
internal static class ElementTypeModels
{
    private const long Opset = 21;

    private static readonly ElementType[] s_types =
    [
        ElementType.Float32, ElementType.Float64, ElementType.Float16, ElementType.BFloat16,
        ElementType.Int64, ElementType.Int32, ElementType.Int16, ElementType.Int8,
        ElementType.UInt64, ElementType.UInt32, ElementType.UInt16, ElementType.UInt8,
        ElementType.Bool, ElementType.String,
        ElementType.Float8E4M3FN, ElementType.Float8E4M3FNUZ, ElementType.Float8E5M2, ElementType.Float8E5M2FNUZ,
        ElementType.Int4, ElementType.UInt4,
    ];

    public static IReadOnlyList<ConformanceModel> All { get; } = [.. s_types.Select(Identity), SpecialFloats()];

    private static ConformanceModel Identity(ElementType type)
    {
        string name = $"identity_{type.Name()}";
        return new(
            name,
            () => new ModelWriter(name, Opset).Input("x", type, "n", 3).Output("y", type, "n", 3).Node("Identity", "x", "y").ToModel(),
            (seed, rows) => [Tensors.Bytes(type, seed, rows, 3)],
            static inputs => [inputs[0].Retain()])
        {
            HasDynamicRows = true,
        };
    }

    private static ConformanceModel SpecialFloats() => new(
        "neg_special_floats",
        static () => new ModelWriter("neg_special_floats").Input("x", ElementType.Float32, 6).Output("y", ElementType.Float32, 6).Node("Neg", "x", "y").ToModel(),
        static (_, _) => [TensorValue.Copy([0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, float.MaxValue], [6])],
        static inputs =>
        {
            float[] x = ((TensorValue)inputs[0]).AsSpan<float>().ToArray();
            return [Tensors.Fill([6], index => -x[index])];
        });
}
