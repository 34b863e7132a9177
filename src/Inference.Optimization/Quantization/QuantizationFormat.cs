namespace Inference.Optimization.Quantization;

/// <summary>Specifies how a statically quantized model is written.</summary>
public enum QuantizationFormat
{
    /// <summary>Float operators between QuantizeLinear and DequantizeLinear pairs, which runtimes fuse.</summary>
    Qdq,

    /// <summary>Integer operators: QLinearConv, QLinearMatMul, QGemm.</summary>
    QOperator,
}
