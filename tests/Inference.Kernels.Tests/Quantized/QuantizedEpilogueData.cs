using Inference.Kernels.Elementwise;
using Inference.Kernels.Quantized;
using Inference.Kernels.Tests.Gemm;

namespace Inference.Kernels.Tests.Quantized;

/// <summary>An epilogue with the memory it points to, and what it makes of a sum.</summary>
internal sealed unsafe class QuantizedEpilogueData : IDisposable
{
    public required QuantizedOutput Output { get; init; }

    public required NativeArray<int> Bias { get; init; }

    public required NativeArray<float> Scale { get; init; }

    public required NativeArray<float> RowScale { get; init; }

    public required NativeArray<float> FloatBias { get; init; }

    public required NativeArray<byte> Table { get; init; }

    public required int ZeroPoint { get; init; }

    public required bool UsesBias { get; init; }

    public required bool UsesRowScale { get; init; }

    public required bool UsesFloatBias { get; init; }

    public required bool UsesTable { get; init; }

    public required bool PerColumn { get; init; }

    public required bool Clips { get; init; }

    public required int ClipLow { get; init; }

    public required int ClipHigh { get; init; }

    public required Activation Activation { get; init; }

    public QuantizedEpilogue Epilogue => new()
    {
        Output = Output,
        Bias = UsesBias ? Bias.Pointer : null,
        Scale = Scale.Pointer,
        ScalePerColumn = PerColumn,
        ZeroPoint = ZeroPoint,
        Clip = Clips,
        ClipLow = ClipLow,
        ClipHigh = ClipHigh,
        Table = UsesTable ? Table.Pointer : null,
        RowScale = UsesRowScale ? RowScale.Pointer : null,
        FloatBias = UsesFloatBias ? FloatBias.Pointer : null,
        Activation = Activation,
    };

    /// <summary>Demands what the formula gives for the sum of row <paramref name="m"/> and column <paramref name="n"/>.</summary>
    public void Check(double exact, int m, int n, byte* got)
    {
        int sum = unchecked((int)(long)exact + (UsesBias ? Bias[n] : 0));
        float scale = Scale[PerColumn ? n : 0];
        switch (Output)
        {
            case QuantizedOutput.Int32:
                Assert.True(sum == *(int*)got, $"[{m},{n}]: expected {sum}, got {*(int*)got}");
                return;
            case QuantizedOutput.Float32:
                float product = (sum * (scale * (UsesRowScale ? RowScale[m] : 1f))) + (UsesFloatBias ? FloatBias[n] : 0f);
                double want = GemmReference.Activate(Activation, product);
                bool close = Activation == new Activation(UnaryFunctions.HardSwish) ? Math.Abs(want - *(float*)got) <= 1e-6 * Math.Max(1, Math.Abs(want)) : (float)want == *(float*)got;
                Assert.True(close, $"[{m},{n}]: expected {want}, got {*(float*)got}");
                return;
            default:
                bool signed = Output == QuantizedOutput.Int8;
                int low = Math.Max(signed ? -128 : 0, Clips ? ClipLow : -128);
                int high = Math.Min(signed ? 127 : 255, Clips ? ClipHigh : 255);
                int code = (int)MathF.Round(Math.Clamp(sum * scale, low - ZeroPoint, high - ZeroPoint)) + ZeroPoint;
                byte bits = UsesTable ? Table[(byte)code] : (byte)code;
                Assert.True(bits == *got, $"[{m},{n}]: sum {sum}, scale {scale}: expected {bits}, got {*got}");
                return;
        }
    }

    public void Dispose()
    {
        Bias.Dispose();
        Scale.Dispose();
        RowScale.Dispose();
        FloatBias.Dispose();
        Table.Dispose();
    }
}
