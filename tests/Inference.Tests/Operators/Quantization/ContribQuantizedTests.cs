using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Quantization;

public sealed class ContribQuantizedTests
{
    private const string Microsoft = "com.microsoft";

    [Fact]
    public void GatherBlockQuantized_FourBitBytes_LowNibbleFirst_ZeroIsEight()
    {
        // Row 1 holds the codes 8, 9, 10, 11: 0, 1, 2, 3 from the zero point.
        Tensor y = Gather([T<byte>([0, 0, 0x98, 0xBA], 2, 2), T<long>([1]), T([1f, 10f], 2, 1)]);
        Same([0f, 10, 20, 30], [1, 4], y);
    }

    [Fact]
    public void GatherBlockQuantized_PackedZeroPoints_AreReadByBlock()
    {
        Tensor y = Gather([T<byte>([0x21, 0x43], 1, 2), T([0]), T([2f], 1, 1), T<byte>([0x01], 1, 1)]);
        Same([0f, 2, 4, 6], [1, 4], y);
    }

    [Fact]
    public void GatherBlockQuantized_OutOfRange_NamesTheIndex() =>
        Assert.EndsWith("indices: expected values in [-1, 0], got 1 at position 0.", Assert.Throws<InvalidInputException>(() => Gather([T<byte>([0, 0], 1, 2), T<long>([1]), T([1f], 1, 1)])).Message);

    [Fact]
    public void DynamicQuantizeLstm_ExactCodes_EqualsLstm()
    {
        // 255 and 0 are codes of their own range, and so is a state of zero: one step, all weights 1/2 or 0.
        Tensor x = T([255f, 0], 1, 1, 2);
        Tensor r = T(new sbyte[4], 1, 1, 4);
        EngineValue?[] quantized =
        [
            x, T<sbyte>([1, 1, 1, 1, 0, 0, 0, 0], 1, 2, 4), r, null, null, null, null, null, T([0.001f]), T<sbyte>([0]), T([1f]), T<sbyte>([0]),
        ];
        EngineValue?[] plain = [x, T([0.001f, 0, 0.001f, 0, 0.001f, 0, 0.001f, 0], 1, 4, 2), T(new float[4], 1, 4, 1)];
        EngineValue?[] got = RunAll("DynamicQuantizeLSTM", quantized, [("hidden_size", 1L)], 3, 1, Microsoft);
        EngineValue?[] want = RunAll("LSTM", plain, [("hidden_size", 1L)], 3);
        for (int i = 0; i < 3; i++)
        {
            Near(((Tensor)want[i]!).Span<float>().ToArray(), ((Tensor)want[i]!).Dims.ToArray(), (Tensor)got[i]!);
        }
    }

    private static Tensor Gather(EngineValue?[] inputs) => (Tensor)RunAll("GatherBlockQuantized", inputs, [("block_size", 16L)], 1, 1, Microsoft)[0]!;
}
