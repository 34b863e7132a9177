using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Recurrent;

/// <summary>Sizes that do not fit are refused; batches without rows end at once.</summary>
public sealed class RecurrentHostileTests
{
    [Theory]
    [InlineData("LSTM", 4)]
    [InlineData("GRU", 3)]
    [InlineData("RNN", 1)]
    public void HiddenSize_Negative_IsRefused(string op, int gates) => Refused(
        "attribute 'hidden_size': expected a number in [1, 2147483647], got -4", op, [T(new float[2], 1, 1, 2), T(new float[gates * 2], 1, gates, 2), T(new float[gates], 1, gates, 1)], [("hidden_size", -4L)]);

    [Fact]
    public void HiddenSize_OfAnotherValue_IsRefused() =>
        Refused("hidden size: expected equal sizes", "RNN", [T(new float[2], 1, 1, 2), T(new float[2], 1, 1, 2), T(new float[1], 1, 1, 1)], [("hidden_size", 2L)]);

    [Fact]
    public void Sizes_OfZero_AreRefused() =>
        Refused("expected input and hidden sizes of 1 or more", "RNN", [T(Array.Empty<float>(), 1, 1, 0), T(Array.Empty<float>(), 1, 1, 0), T(new float[1], 1, 1, 1)], []);

    [Theory]
    [InlineData(3, new long[] { 1, 3 })]
    [InlineData(4, new long[] { 3 })]
    [InlineData(5, new long[] { 1, 2, 1 })]
    public void Rnn_SecondaryInputsThatDoNotFit_AreRefused(int input, long[] dims)
    {
        EngineValue?[] inputs = [T(new float[2], 1, 1, 2), T(new float[2], 1, 1, 2), T(new float[1], 1, 1, 1), null, null, null];
        inputs[input] = Tensor.Allocate(input == 4 ? ElementType.Int32 : ElementType.Float32, dims);
        Refused($"input {input}", "RNN", inputs, []);
    }

    [Fact]
    public void Rnn_StepsWithoutRows_EndAtOnce() => Assert.Equal(
        0, ((Tensor)RunAll("RNN", [T(Array.Empty<float>(), 1L << 50, 0, 2), T(new float[2], 1, 1, 2), T(new float[1], 1, 1, 1)], [("hidden_size", 1L)], 1, 22)[0]!).Count);

    [Fact]
    public void DynamicQuantizeLstm_OtherLayout_IsRefused() => Refused(
        "attribute 'layout'",
        "DynamicQuantizeLSTM",
        [
            T(new float[2], 1, 1, 2), T(new byte[8], 1, 2, 4), T(new byte[4], 1, 1, 4), null, null, null, null, null, T(new float[1]), T(new byte[1]), T(new float[1]), T(new byte[1]),
        ],
        [("layout", 1L), ("hidden_size", 1L)],
        1,
        1,
        "com.microsoft");

    [Fact]
    public void Optimizer_FewerOutputsThanItComputes_AreRefused() => Refused(
        "expected 2 outputs", "Adagrad", [S(0.1f), S(1L), T(new float[1]), T(new float[1]), T(new float[1])], [], 1, 1, "ai.onnx.preview.training");
}
