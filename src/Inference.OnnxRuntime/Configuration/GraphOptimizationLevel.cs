namespace Inference.OnnxRuntime;

/// <summary>The extent to which ONNX Runtime optimizes a graph when it is loaded. The values are those of its C API.</summary>
public enum GraphOptimizationLevel
{
    /// <summary>No optimization.</summary>
    Disabled = 0,
    /// <summary>Rewrites that use only ONNX operators: constant folding, removal of redundant nodes.</summary>
    Basic = 1,
    /// <summary>Also fusions into ONNX Runtime's own operators.</summary>
    Extended = 2,
    /// <summary>Also changes of memory layout.</summary>
    Layout = 3,
    /// <summary>Everything; ONNX Runtime's default.</summary>
    All = 99,
}
