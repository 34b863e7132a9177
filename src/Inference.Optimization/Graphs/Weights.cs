using System.Runtime.InteropServices;
using Inference.Onnx;

namespace Inference.Optimization.Graphs;

/// <summary>Reads and creates the float constants of a graph.</summary>
internal static class Weights
{
    public static bool IsFloat(OnnxTensor? tensor) => tensor is { ElementType: OnnxElementType.Float32 };

    public static float[] Read(OnnxTensor tensor) => tensor.ElementType switch
    {
        OnnxElementType.Float32 => tensor.ToArray<float>(),
        OnnxElementType.Float16 => Array.ConvertAll(tensor.ToArray<Half>(), v => (float)v),
        OnnxElementType.Float64 => Array.ConvertAll(tensor.ToArray<double>(), v => (float)v),
        _ => throw new OptimizationException($"Constant '{tensor.Name}': expected floats, got {tensor.ElementType.Name()}. Exclude the node that uses it."),
    };

    public static long[] ReadInts(OnnxTensor tensor) => tensor.ElementType switch
    {
        OnnxElementType.Int64 => tensor.ToArray<long>(),
        OnnxElementType.Int32 => Array.ConvertAll(tensor.ToArray<int>(), v => (long)v),
        _ => throw new OptimizationException($"Constant '{tensor.Name}': expected integers, got {tensor.ElementType.Name()}. Correct the model."),
    };

    public static OnnxTensor Make<T>(string name, OnnxElementType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> dims)
        where T : unmanaged => OnnxTensor.FromBytes(name, type, MemoryMarshal.AsBytes(values).ToArray(), dims);

    /// <summary>The bytes of all constants, including those in Constant nodes.</summary>
    public static long TotalBytes(OnnxGraph graph) =>
        graph.Initializers.Where(t => t.ElementType != OnnxElementType.String).Sum(t => t.ByteCount)
        + graph.Nodes.Sum(n => n.OpType == "Constant" && n.GetTensor("value") is { } t && t.ElementType != OnnxElementType.String ? t.ByteCount : 0);
}
