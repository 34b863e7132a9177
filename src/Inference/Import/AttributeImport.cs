using Inference.Onnx;

namespace Inference.Import;

/// <summary>Turns attributes of the file into the engine's.</summary>
internal static class AttributeImport
{
    /// <summary>The attribute's value; null for kinds the engine has no use for.</summary>
    /// <param name="attribute">The attribute, references resolved.</param>
    /// <param name="graph">Imports an inner graph.</param>
    public static object? FromOnnx(OnnxAttribute attribute, Func<OnnxGraph, ModelGraph> graph) => attribute.Kind switch
    {
        OnnxAttributeKind.Float => attribute.Float,
        OnnxAttributeKind.Int => attribute.Int,
        OnnxAttributeKind.String => attribute.String,
        OnnxAttributeKind.Tensor when attribute.Tensor is { } tensor => TensorImport.FromOnnx(tensor),
        OnnxAttributeKind.SparseTensor when attribute.SparseTensor is { } sparse => TensorImport.FromOnnx(sparse),
        OnnxAttributeKind.Graph when attribute.Graph is { } inner => graph(inner),
        OnnxAttributeKind.Type when attribute.Type is { } type => TypeImport.FromOnnx(type),
        OnnxAttributeKind.Floats => attribute.Floats,
        OnnxAttributeKind.Ints => attribute.Ints,
        OnnxAttributeKind.Strings => attribute.Strings,
        OnnxAttributeKind.Tensors => attribute.Tensors.Select(TensorImport.FromOnnx).ToArray(),
        OnnxAttributeKind.Graphs => attribute.Graphs.Select(graph).ToArray(),
        _ => null,
    };
}
