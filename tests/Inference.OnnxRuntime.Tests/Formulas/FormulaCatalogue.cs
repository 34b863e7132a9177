using Inference.OnnxRuntime.Tests.Differential;
using Inference.OnnxRuntime.Tests.Differential.Catalogue;

namespace Inference.OnnxRuntime.Tests.Formulas;

/// <summary>The operators that have a formula: those of the differential tests, and wider draws of those that ONNX Runtime does not follow everywhere.</summary>
internal static class FormulaCatalogue
{
    private static readonly string[] s_shared =
    [
        "Upsample", "GridSample", "com.microsoft.GridSample", "RoiAlign", "MaxUnpool", "DFT", "HannWindow", "HammingWindow", "BlackmanWindow", "MelWeightMatrix",
        "LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization", "SkipLayerNormalization", "SkipSimplifiedLayerNormalization", "InstanceNormalization",
        "GroupNormalization", "LRN", "RotaryEmbedding", "com.microsoft.RotaryEmbedding", "GroupQueryAttention", "QAttention",
        "QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearWhere", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearAveragePool", "QGemm",
        "QLinearMatMul", "QLinearConv", "QuantizeLinear", "DequantizeLinear", "com.microsoft.QuantizeLinear", "com.microsoft.DequantizeLinear", "DynamicQuantizeLinear", "MatMulIntegerToFloat",
        "FusedGemm", "FusedConv", "FusedMatMul", "TransposeMatMul", "BiasGelu", "com.microsoft.Gelu", "FastGelu", "QuickGelu", "CDist", "MatMulNBits", "LinearAttention",
    ];

    public static IReadOnlyList<OperatorCases> All { get; } =
    [
        .. s_shared.Select(OperatorCatalogue.Find),
        ResizeCases.Resize(whole: true), RegionCases.ColumnsToImage(whole: true), RegionCases.AffineGrid(whole: true), SignalCases.ShortTime(whole: true),
        StandardAttentionCases.Attention(whole: true), QuantizedContribCases.Softmax(whole: true), DeformableCases.DeformConv(),
    ];
}
