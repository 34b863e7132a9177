using Inference.Kernels.Elementwise;
using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Tests.Gemm;

namespace Inference.Kernels.Tests.Quantized;

/// <summary>The options of an integer product's result, and the formula.</summary>
internal sealed class EpilogueCase
{
    private readonly Option<QuantizedOutput> _output;
    private readonly Option<bool> _bias;
    private readonly Option<bool> _perColumn;
    private readonly Option<ScaleSize> _scaleSize;
    private readonly Option<string> _zeroPoint;
    private readonly Option<bool> _clip;
    private readonly Option<bool>? _table;
    private readonly Option<bool>? _rowScale;
    private readonly Option<bool> _floatBias;
    private readonly Option<Activation> _activation;

    /// <param name="space">The space that gets the options.</param>
    /// <param name="convolution">Whether results may be mapped by a table, rather than rows scaled.</param>
    public EpilogueCase(OptionSpace space, bool convolution)
    {
        _output = space.Add("output", Enum.GetValues<QuantizedOutput>());
        _bias = space.Add("bias", Choices.Either);
        _perColumn = space.Add("scale per column", Choices.Either);
        _scaleSize = space.Add("scale", Enum.GetValues<ScaleSize>());
        _zeroPoint = space.Add("zero of Y", "lowest", "middle", "highest");
        _clip = space.Add("clip", Choices.Either);
        _floatBias = space.Add("f32 bias", Choices.Either);
        _activation = space.Add("activation", Choices.FewActivations);
        // What only one kind of result has stays at its first value for the others.
        space.Forbid(_output, o => !IsByte(o), _clip, v => v);
        space.Forbid(_output, o => !IsByte(o), _zeroPoint, v => v != "lowest");
        space.Forbid(_output, o => o == QuantizedOutput.Int32, _perColumn, v => v);
        space.Forbid(_output, o => o == QuantizedOutput.Int32, _scaleSize, v => v != ScaleSize.Usual);
        space.Forbid(_output, o => o != QuantizedOutput.Float32, _floatBias, v => v);
        space.Forbid(_output, o => o != QuantizedOutput.Float32, _activation, v => !v.IsNone);
        if (convolution)
        {
            _table = space.Add("table", Choices.Either);
            space.Forbid(_output, o => !IsByte(o), _table, v => v);
        }
        else
        {
            _rowScale = space.Add("row scale", Choices.Either);
            space.Forbid(_output, o => o != QuantizedOutput.Float32, _rowScale, v => v);
        }
    }

    /// <summary>Bytes of a result.</summary>
    public int ElementSize => IsByte(_output.Value) ? 1 : 4;

    /// <summary>An epilogue of the row that runs.</summary>
    public QuantizedEpilogueData Create(int m, int n, int seed)
    {
        (float low, float high) = _scaleSize.Value switch
        {
            ScaleSize.Usual => (0.0001f, 0.002f),
            ScaleSize.Half => (0.5f, 0.5f),
            ScaleSize.Large => (0.6f, 3f),
            _ => (1e6f, 1e9f),
        };
        bool signed = _output.Value == QuantizedOutput.Int8;
        int zero = (signed ? -128 : 0) + (_zeroPoint.Value == "lowest" ? 0 : _zeroPoint.Value == "middle" ? 131 : 255);
        return new QuantizedEpilogueData
        {
            Output = _output.Value,
            Bias = Fill.Ints(n, seed + 200, -1000, 1000),
            Scale = Fill.Floats(n, seed + 201, low, high),
            RowScale = Fill.Floats(m, seed + 202, 0.5f, 1.5f),
            FloatBias = Fill.Floats(n, seed + 203),
            Table = Fill.Bytes(256, seed + 204),
            ZeroPoint = IsByte(_output.Value) ? zero : 0,
            UsesBias = _bias.Value,
            UsesRowScale = _rowScale?.Value ?? false,
            UsesFloatBias = _floatBias.Value,
            UsesTable = _table?.Value ?? false,
            PerColumn = _perColumn.Value,
            Clips = _clip.Value,
            ClipLow = signed ? -30 : 60,
            ClipHigh = signed ? 90 : 200,
            Activation = _activation.Value,
        };
    }

    private static bool IsByte(QuantizedOutput output) => output is QuantizedOutput.Int8 or QuantizedOutput.UInt8;
}
