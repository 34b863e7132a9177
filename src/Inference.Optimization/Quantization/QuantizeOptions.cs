using Inference.Optimization.Calibration;

namespace Inference.Optimization.Quantization;

/// <summary>How a model is quantized. The defaults suit most models.</summary>
public sealed class QuantizeOptions
{
    /// <summary>When activations are quantized; static by default.</summary>
    public QuantizationMode Mode { get; init; } = QuantizationMode.Static;

    /// <summary>How a static model is written; QDQ by default.</summary>
    public QuantizationFormat Format { get; init; } = QuantizationFormat.Qdq;

    /// <summary>How ranges are chosen; the best for each tensor by default.</summary>
    public CalibrationMethod Calibration { get; init; } = CalibrationMethod.Auto;

    /// <summary>The share of values that <see cref="CalibrationMethod.Percentile"/> keeps, 90 to 100 %, 99.99 by default.</summary>
    public double Percentile { get; init; } = RangeSelection.DefaultPercentile;

    /// <summary>Whether each output channel of the weights has its own scale; true by default.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>Bits of weights under <see cref="QuantizationMode.WeightOnly"/>: 8, the default, or 4.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>Weights that share a scale at 4 bits: 16, 32 (the default), 64 or 128.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>Names of nodes (or of their first outputs) to leave in float.</summary>
    public IReadOnlyCollection<string> ExcludedNodes { get; init; } = [];

    /// <summary>Whether ranges of successive layers are equalized through Relu first; null, the default: only with one scale a tensor, where it matters.</summary>
    public bool? Equalize { get; init; }

    /// <summary>Whether the mean error of each layer is taken out of its bias; true by default.</summary>
    public bool CorrectBias { get; init; } = true;

    /// <summary>Whether outlying activation channels of MatMul are scaled down and its weights up, where the layer's error falls; false by default.</summary>
    public bool SmoothQuant { get; init; }

    /// <summary>Whether large embedding tables (Gather over constant rows) are stored in 8 bits a value with scale and bias for each row; true by default.</summary>
    public bool Embeddings { get; init; } = true;

    /// <summary>The processor the model is for.</summary>
    public CpuTarget Target { get; init; } = CpuTarget.Auto;

    /// <exception cref="OptimizationException">A value is out of range.</exception>
    internal void Validate()
    {
        Require(Percentile is >= 90 and <= 100, nameof(Percentile), "90 to 100 %", Percentile);
        Require(WeightBits is 4 or 8, nameof(WeightBits), "4 or 8 bits", WeightBits);
        Require(BlockSize is 16 or 32 or 64 or 128, nameof(BlockSize), "16, 32, 64 or 128", BlockSize);
        Require(WeightBits == 8 || Mode == QuantizationMode.WeightOnly, nameof(WeightBits), "8 bits unless only weights are quantized", WeightBits);
    }

    private static void Require(bool condition, string name, string expected, object got)
    {
        if (!condition)
        {
            throw new OptimizationException($"{name}: expected {expected}, got {got}. Correct the option.");
        }
    }
}
