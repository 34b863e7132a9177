namespace Inference.Kernels.Pooling;

/// <summary>What a pooling window becomes.</summary>
internal enum PoolingKind
{
    /// <summary>Its largest element; padding does not take part. ONNX MaxPool, opset 12.</summary>
    Max = 0,

    /// <summary>Its mean over the elements inside the image. ONNX AveragePool, opset 19, count_include_pad = 0.</summary>
    Average = 1,

    /// <summary>Its mean over the elements inside the padded image, padding counting as 0. count_include_pad = 1.</summary>
    AverageWithPadding = 2,
}
