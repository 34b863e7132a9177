namespace Inference.OnnxRuntime;

/// <summary>How far ONNX Runtime rewrites a graph at load. The numbers are those of its C API.</summary>
public enum GraphOptimizationLevel
{
    /// <summary>Not at all.</summary>
    Disabled = 0,
    /// <summary>Rewrites that keep to ONNX operators: folding, removal.</summary>
    Basic = 1,
    /// <summary>Also fusions into ONNX Runtime's own operators.</summary>
    Extended = 2,
    /// <summary>Also changes of memory layout.</summary>
    Layout = 3,
    /// <summary>Everything; ONNX Runtime's default.</summary>
    All = 99,
}
