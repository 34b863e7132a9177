using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Contrib;

public sealed class ContribTensorTests
{
    private const string Microsoft = "com.microsoft";

    [Fact]
    public void UnfoldTensor_FirstAxis_PutsWindowsLast()
    {
        // Rows (0,1) (2,3) (4,5): windows of two rows, one row on.
        Tensor y = One("UnfoldTensor", [T([0f, 1, 2, 3, 4, 5], 3, 2)], ("dim", 0L), ("size", 2L), ("step", 1L));
        Same([0f, 2, 1, 3, 2, 4, 3, 5], [2, 2, 2], y);
    }

    [Fact]
    public void UnfoldTensor_LastAxisWithStep_DropsTheRest() =>
        Same(["a", "b", "d", "e"], [2, 2], One("UnfoldTensor", [T(["a", "b", "c", "d", "e"])], ("size", 2L), ("step", 3L)));

    [Fact]
    public void UnfoldTensor_WindowBeyondTheAxis_NamesBoth() =>
        Assert.EndsWith("input 0: expected at least 4 elements along axis 0, got [3].", Assert.Throws<ModelLoadException>(() => One("UnfoldTensor", [T([1f, 2, 3])], ("size", 4L))).Message);

    [Fact]
    public void DynamicTimeWarping_CheapDiagonalThenRight_IsThePath() =>
        Same([0, 1, 1, 0, 1, 2], [2, 3], One("DynamicTimeWarping", [T([0f, 9, 9, 9, 0, 0], 2, 3)]));

    [Fact]
    public void DynamicTimeWarping_Batch_IsOneMatrixOnly() =>
        Assert.EndsWith("input 0: expected one matrix, got [2,1,1].", Assert.Throws<ModelLoadException>(() => One("DynamicTimeWarping", [T([0f, 0], 2, 1, 1)])).Message);

    [Fact]
    public void BifurcationDetector_DifferentToken_KeepsItAndFindsTheSuffix()
    {
        // The predictions 1, 7, 3 part from the source 1, 2 at the second; [.., 1, 7] ends nowhere in the source.
        EngineValue?[] y = RunAll("BifurcationDetector", [T([5L, 1, 2]), T([5L]), T([1L]), T([1L, 7, 3])], [("min_ngram_size", 1L), ("max_ngram_size", 2L)], 2, 1, Microsoft);
        Same([5L, 1, 7], [3], (Tensor)y[0]!);
        Same([-1L], [1], (Tensor)y[1]!);
    }

    [Fact]
    public void BifurcationDetector_SuffixThereOnce_GivesWhereItEnds()
    {
        EngineValue?[] y = RunAll("BifurcationDetector", [T([5L, 1, 2, 5, 3]), T([1L, 2]), T([0L])], [("min_ngram_size", 2L), ("max_ngram_size", 2L)], 2, 1, Microsoft);
        Same([1L, 2], [2], (Tensor)y[0]!);
        Same([3L], [1], (Tensor)y[1]!);
    }

    [Fact]
    public void CropAndResize_HalfOfARow_IsInterpolated()
    {
        Tensor x = T([0f, 1, 2], 1, 1, 1, 3);
        Tensor y = One("CropAndResize", [x, T([0f, 0, 0, 0.5f], 1, 4), T([0]), T([1, 3])]);
        Near([0f, 0.5f, 1], [1, 1, 1, 3], y);
    }

    [Fact]
    public void CropAndResize_OutsideTheImage_IsTheExtrapolationValue()
    {
        Tensor y = One("CropAndResize", [T([0f, 1, 2], 1, 1, 1, 3), T([0f, 0, 0, 2], 1, 4), T([0]), T([1, 3])], ("extrapolation_value", -7f), ("mode", "nearest"));
        Near([0f, 2, -7], [1, 1, 1, 3], y);
    }

    [Fact]
    public void CropAndResize_UnknownImage_NamesIt() =>
        Assert.EndsWith("input 2 (batch_indices): expected images in [0, 0], got 1.", Assert.Throws<InvalidInputException>(() => One("CropAndResize", [T([0f], 1, 1, 1, 1), T([0f, 0, 1, 1], 1, 4), T([1]), T([1, 1])])).Message);

    [Fact]
    public void MatMulInteger16_SumsInThirtyTwoBits_Wrap()
    {
        short most = short.MinValue;
        Same([unchecked((int)(2L * most * most)), 0], [1, 2], One("MatMulInteger16", [T([most, most], 1, 2), T([most, (short)1, most, (short)-1], 2, 2)]));
    }

    [Fact]
    public void MatMulBnb4_FloatCodes_AreScaledByTheBlock()
    {
        // Codes 3 (1) and 2 (2/3), 4 (1/3) and 11 (−1) of W[2, 2], largest magnitude 6: [6, 4], [2, −6].
        Tensor y = One("MatMulBnb4", [T([1f, 10], 1, 2), T<byte>([0x32, 0x4B]), T([6f])], ("K", 2L), ("N", 2L), ("block_size", 16L), ("quant_type", 0L));
        Near([46f, -58], [1, 2], y);
    }

    [Fact]
    public void MatMulBnb4_NormalFloat_EndsAreOne() =>
        Near([-2f + 2], [1, 1], One("MatMulBnb4", [T([1f, 1], 1, 2), T<byte>([0x0F]), T([2f])], ("K", 2L), ("N", 1L), ("block_size", 16L), ("quant_type", 1L)));

    [Fact]
    public void MatMulBnb4_ForTraining_IsRefused() => Assert.Contains(
        "attribute 'transB': expected 1, got 0.", Assert.Throws<ModelLoadException>(() => One("MatMulBnb4", [T([1f, 1], 1, 2), T<byte>([0]), T([2f])], ("K", 2L), ("N", 1L), ("block_size", 16L), ("quant_type", 1L), ("transB", 0L))).Message, StringComparison.Ordinal);

    [Fact]
    public void MatMulFpQ4_LowBitsFirst_HighBitsSixteenOn()
    {
        // K = 17: code 0 is the low half of the first byte, code 16 its high half; zero point 1, scale 2.
        byte[] block = [.. BitConverter.GetBytes(2f), 1, 0x53, .. Enumerable.Repeat((byte)0x11, 15)];
        var a = new float[17];
        (a[0], a[16]) = (1, 10);
        Near([4f + 80], [1, 1], One("MatMulFpQ4", [T(a, 1, 17), T(block), T([17L, 1])], ("blk_quant_type", 1L)));
    }

    [Fact]
    public void MaxpoolWithMask_ZeroOfTheMask_EndsTheWindow()
    {
        Tensor y = One("MaxpoolWithMask", [T([1f, 2, 9, 4], 1, 1, 4), T([1, 1, 0, 1], 1, 1, 4)], ("kernel_shape", new long[] { 2 }));
        Same([2f, 2, float.MinValue], [1, 1, 3], y);
    }

    [Fact]
    public void NhwcMaxPool_Channels_ArePooledApart()
    {
        Tensor y = One("NhwcMaxPool", [T<sbyte>([1, -9, 2, -8, -3, -7], 1, 3, 2)], ("kernel_shape", new long[] { 2 }), ("pads", new long[] { 1, 0 }));
        Same<sbyte>([1, -9, 2, -8, 2, -7], [1, 3, 2], y);
    }

    [Fact]
    public void NGramHashMapping_Bigrams_MixWithThePast()
    {
        EngineValue?[] y = RunAll(
            "NGramHashMapping", [T([3, 4], 1, 2), T([5, 7]), T([10, 100]), T([2], 1, 1)], [("max_ngram_size", 2L), ("n_head_per_ngram", 2L), ("pad_id", 0L)], 2, 1, Microsoft);

        // 3·5 ^ 2·7 = 15 ^ 14 = 1; 4·5 ^ 3·7 = 20 ^ 21 = 1.
        Same([1, 1, 1, 1], [1, 2, 2], (Tensor)y[0]!);
        Same([4], [1, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void NGramHashMapping_AfterTheEnd_TokensArePads()
    {
        // The end before the second token stands for pad 1: 4·5 ^ 1·7 = 20 ^ 7 = 19; the first has no past: 3·5 ^ 1·7 = 8.
        EngineValue?[] y = RunAll(
            "NGramHashMapping", [T([3L, 4], 1, 2), T([5L, 7]), T([100L])], [("max_ngram_size", 2L), ("n_head_per_ngram", 1L), ("pad_id", 1L), ("eos_token_id", 3L)], 2, 1, Microsoft);
        Same([8L, 19], [1, 2, 1], (Tensor)y[0]!);
    }

    [Fact]
    public void NGramHashMapping_EmptyTable_NamesItsSize() => Assert.EndsWith("input 2 (vocab_sizes): expected sizes greater than 0, got 0.", Assert.Throws<InvalidInputException>(() =>
        RunAll("NGramHashMapping", [T([3], 1, 1), T([5, 7]), T([0])], [("max_ngram_size", 2L), ("n_head_per_ngram", 1L), ("pad_id", 0L)], 2, 1, Microsoft)).Message);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void QLinearConv_OneByOne_MixesTheChannelsOfEachPixel(bool last)
    {
        Tensor x = last ? T<byte>([1, 10, 2, 20], 1, 2, 2) : T<byte>([1, 2, 10, 20], 1, 2, 2);
        Tensor y = One(
            "QLinearConv", [x, S(1f), S<byte>(0), T<byte>([1, 2], 1, 2, 1), S(1f), S<byte>(0), S(1f), S<byte>(3)], ("channels_last", last ? 1L : 0), ("kernel_shape", new long[] { 1 }));
        Same<byte>([24, 45], last ? [1, 2, 1] : [1, 1, 2], y);
    }

    [Fact]
    public void QEmbedLayerNormalization_TwoWords_AreSummedAndNormalized()
    {
        EngineValue?[] inputs =
        [
            T([1], 1, 1), null, T<byte>([0, 0, 3, 5], 2, 2), T<byte>([1, 3], 1, 2), null, T<byte>([4, 4]), T<byte>([1, 2]), T([1], 1, 1),
            S(1f), S(2f), null, S(0.5f), S(1f), S<byte>(1), S<byte>(1), null, S<byte>(2), S<byte>(0),
        ];
        EngineValue?[] y = RunAll("QEmbedLayerNormalization", inputs, [("epsilon", 0f)], 2, 1, Microsoft);

        // (2, 4) + (0, 4) = (2, 8) normalizes to (−1, 1); gamma 1, beta (1, 2).
        Near([0f, 3], [1, 1, 2], (Tensor)y[0]!);
        Same([1], [1], (Tensor)y[1]!);
    }

    [Fact]
    public void ConvTransposeWithDynamicPads_PadsOfTheInput_AreCutAway()
    {
        Tensor y = One("ConvTransposeWithDynamicPads", [T([1f, 2], 1, 1, 2), T([1f, 10], 1, 1, 2), T([1L, 0]), T([0.5f])]);
        Near([12.5f, 20.5f], [1, 1, 2], y);
    }

    [Fact]
    public void ConvTransposeWithDynamicPads_TooFewPads_AreNamed() => Assert.EndsWith("input 2 (Pads): expected 2 values in [0, 1073741823], got [1].", Assert.Throws<ModelLoadException>(() =>
        One("ConvTransposeWithDynamicPads", [T([1f, 2], 1, 1, 2), T([1f, 10], 1, 1, 2), T([1L])])).Message);

    [Fact]
    public void CausalConvWithState_ChannelsLastDilated_ReachesBackTwoSteps()
    {
        // One batch, two steps of two channels; the state holds two steps; y = x[t − 2] + 10·x[t].
        Tensor x = T([1f, 2, 3, 4], 1, 2, 2);
        EngineValue?[] y = RunAll(
            "CausalConvWithState", [x, T([1f, 10, 1, 10], 2, 1, 2), null, T([5f, 6, 7, 8], 1, 2, 2)], [("dilation", 2L), ("channels_last", 1L)], 2, 1, Microsoft);
        Near([15f, 26, 37, 48], [1, 2, 2], (Tensor)y[0]!);
        Near([1f, 2, 3, 4], [1, 2, 2], (Tensor)y[1]!);
    }

    [Fact]
    public void LinearAttention_OneQueryForTwoStates_ReadsBoth()
    {
        EngineValue?[] inputs = [T([2f], 1, 1, 1), T([3f], 1, 1, 1), T([1f, 10], 1, 1, 2)];
        EngineValue?[] y = RunAll("LinearAttention", inputs, [("q_num_heads", 1L), ("kv_num_heads", 2L), ("update_rule", "linear"), ("scale", 1f)], 2, 1, Microsoft);
        Near([6f, 60], [1, 1, 2], (Tensor)y[0]!);
        Near([3f, 30], [1, 2, 1, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void SkipLayerNormalization_Double_NormalizesTheSum()
    {
        EngineValue?[] y = RunAll("SkipLayerNormalization", [T([1.0, 2], 1, 1, 2), T([2.0, 9], 1, 1, 2), T([1.0, 2]), T([0.5, 0]), T([0.0, 2])], [("epsilon", 0f)], 4, 1, Microsoft);

        // (3, 13): mean 8, deviation 5.
        Same([-0.5, 2], [1, 1, 2], (Tensor)y[0]!);
        Same([8f], [1, 1, 1], (Tensor)y[1]!);
        Same([0.2f], [1, 1, 1], (Tensor)y[2]!);
        Same([3.0, 13], [1, 1, 2], (Tensor)y[3]!);
    }

    [Fact]
    public void Scale_Multiplies() => Same([2f, -4], [2], Run("Scale", [T([1f, -2])], ("scale", 2f)));

    [Fact]
    public void DynamicSlice_Bounds_AreInputs() => Same([2, 3], [2], Run("DynamicSlice", [T([1, 2, 3, 4]), T([1L]), T([-1L]), T([0L])]));

    private static Tensor One(string op, EngineValue?[] inputs, params (string Name, object Value)[] attributes) => (Tensor)RunAll(op, inputs, attributes, 1, 1, Microsoft)[0]!;
}
