using Inference.Optimization.Calibration;

namespace Inference.Optimization.Quantization;

/// <summary>Options of quantization. The defaults suit most models.</summary>
public sealed class QuantizeOptions
{
    /// <summary>When activations are quantized; the default is <see cref="QuantizationMode.Static"/>.</summary>
    public QuantizationMode Mode { get; init; } = QuantizationMode.Static;

    /// <summary>How a static model is written; the default is <see cref="QuantizationFormat.Qdq"/>.</summary>
    public QuantizationFormat Format { get; init; } = QuantizationFormat.Qdq;

    /// <summary>How ranges are selected; the default is <see cref="CalibrationMethod.Auto"/>, the best method for each tensor.</summary>
    public CalibrationMethod Calibration { get; init; } = CalibrationMethod.Auto;

    /// <summary>The share of values that <see cref="CalibrationMethod.Percentile"/> keeps, 90 to 100 %; the default is 99.99.</summary>
    public double Percentile { get; init; } = RangeSelection.DefaultPercentile;

    /// <summary>Whether each output channel of the weights has its own scale; the default is true.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>The number of bits of weights with <see cref="QuantizationMode.WeightOnly"/>: 8, the default, or 4. With rows to calibrate on, 4-bit weights are rounded so that the error of each layer's output is small,
    /// Σ(Δw·x)², not that of each weight.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>The number of weights that share a scale at 4 bits: 16, 32 (the default), 64 or 128.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>The names of nodes (or of their first outputs) to leave in float.</summary>
    public IReadOnlyCollection<string> ExcludedNodes { get; init; } = [];

    /// <summary>Whether channels are rescaled between successive layers, also through Relu and pooling. Null, the default: for each pair where it lowers the error, and everywhere with per-tensor scales; true: everywhere.</summary>
    public bool? Equalize { get; init; }

    /// <summary>Whether the mean error of each layer is subtracted from its bias; the default is true.</summary>
    public bool CorrectBias { get; init; } = true;

    /// <summary>Whether outlier activation channels of MatMul and Gemm are scaled down and the weights scaled up, if this lowers the layer's error. Null, the default: where it costs no time in a run, or halves the error; true: wherever it
    /// lowers the error.</summary>
    public bool? SmoothQuant { get; init; }

    /// <summary>Whether large embedding tables (Gather over constant rows) are stored in 8 bits per value with a scale and bias for each row; the default is true.</summary>
    public bool Embeddings { get; init; } = true;

    /// <summary>The processor that the model is intended for; the default is <see cref="CpuTarget.Auto"/>.</summary>
    public CpuTarget Target { get; init; } = CpuTarget.Auto;

    /// <summary>Outputs of layers that stay in float for a reason other than an option, each with the reason.</summary>
    internal IReadOnlyDictionary<string, string> KeptInFloat { get; private init; } = new Dictionary<string, string>();

    /// <summary>Outputs of layers that compute in float although their weights are stored in 8 bits, each with the reason.</summary>
    internal IReadOnlyDictionary<string, string> StoredOnly { get; private init; } = new Dictionary<string, string>();

    /// <summary>These options with more layers left in float.</summary>
    internal QuantizeOptions Without(IReadOnlyDictionary<string, string> kept) => With(Mode, kept, StoredOnly, ExcludedNodes);

    /// <summary>These options with more layers that compute in float.</summary>
    internal QuantizeOptions Storing(IReadOnlyDictionary<string, string> stored) => With(Mode, KeptInFloat, stored, ExcludedNodes);

    /// <summary>These options in another mode.</summary>
    internal QuantizeOptions In(QuantizationMode mode) => With(mode, KeptInFloat, StoredOnly, ExcludedNodes);

    /// <summary>These options with no layer left in float.</summary>
    internal QuantizeOptions WithoutExceptions() => With(Mode, new Dictionary<string, string>(), new Dictionary<string, string>(), []);

    private QuantizeOptions With(QuantizationMode mode, IReadOnlyDictionary<string, string> kept, IReadOnlyDictionary<string, string> stored, IReadOnlyCollection<string> excluded) => new()
    {
        Mode = mode,
        Format = Format,
        Calibration = Calibration,
        Percentile = Percentile,
        PerChannel = PerChannel,
        WeightBits = WeightBits,
        BlockSize = BlockSize,
        ExcludedNodes = excluded,
        Equalize = Equalize,
        CorrectBias = CorrectBias,
        SmoothQuant = SmoothQuant,
        Embeddings = Embeddings,
        Target = Target,
        KeptInFloat = kept,
        StoredOnly = stored,
    };

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
