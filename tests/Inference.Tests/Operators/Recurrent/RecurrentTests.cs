using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Recurrent;

public sealed class RecurrentTests
{
    // Two steps, a batch of two, one input, one hidden unit.
    private static readonly Tensor s_x = T([1f, 2, 3, 4], 2, 2, 1);

    [Fact]
    public void Rnn_FollowsItsFormula_BothWays()
    {
        Tensor w = T([0.5f, 0.25f], 2, 1, 1);
        Tensor r = T([0.1f, 0.2f], 2, 1, 1);
        EngineValue?[] y = RunAll("RNN", [s_x, w, r], [("hidden_size", 1L), ("direction", "bidirectional"), ("activations", new[] { "Affine", "Affine" })], 2, 22);
        float[] forward = [0.5f, 1f, 1.5f + 0.05f, 2f + 0.1f];
        float[] backward = [0.25f + (0.2f * 0.75f), 0.5f + (0.2f * 1f), 0.75f, 1f];
        Near([forward[0], forward[1], backward[0], backward[1], forward[2], forward[3], backward[2], backward[3]], [2, 2, 2, 1], (Tensor)y[0]!);
        Near([forward[2], forward[3], backward[0], backward[1]], [2, 2, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Rnn_PastTheEndOfARow_GivesZeros_AndKeepsTheState()
    {
        EngineValue?[] y = RunAll("RNN", [s_x, T([1f], 1, 1, 1), T([0f], 1, 1, 1), null, T([2, 1])], [("hidden_size", 1L), ("activations", new[] { "Relu" })], 2, 22);
        Near([1f, 2, 3, 0], [2, 1, 2, 1], (Tensor)y[0]!);
        Near([3f, 2], [1, 2, 1], (Tensor)y[1]!);
    }

    [Fact]
    public void Lstm_FollowsItsFormula_WithPeepholesAndBias()
    {
        float Sigmoid(float v) => 1 / (1 + MathF.Exp(-v));
        Tensor x = T([0.5f], 1, 1, 1);
        float[] w = [0.1f, 0.2f, 0.3f, 0.4f];
        float[] p = [0.5f, 0.6f, 0.7f];
        float c0 = 0.25f;
        float h0 = 0.5f;
        float[] r = [0.05f, 0.06f, 0.07f, 0.08f];
        Tensor bias = T([0.01f, 0.02f, 0.03f, 0.04f, 0.001f, 0.002f, 0.003f, 0.004f], 1, 8);
        float Gate(int k) => (0.5f * w[k]) + (h0 * r[k]) + (0.011f * (k + 1));
        float i = Sigmoid(Gate(0) + (p[0] * c0));
        float f = Sigmoid(Gate(2) + (p[2] * c0));
        float c = (f * c0) + (i * MathF.Tanh(Gate(3)));
        float o = Sigmoid(Gate(1) + (p[1] * c));
        EngineValue?[] y = RunAll("LSTM", [x, T(w, 1, 4, 1), T(r, 1, 4, 1), bias, null, T([h0], 1, 1, 1), T([c0], 1, 1, 1), T(p, 1, 3)], [("hidden_size", 1L)], 3, 22);
        Near([o * MathF.Tanh(c)], [1, 1, 1, 1], (Tensor)y[0]!);
        Near([c], [1, 1, 1], (Tensor)y[2]!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Gru_FollowsItsFormula_ResetBeforeAndAfter(long linear)
    {
        float Sigmoid(float v) => 1 / (1 + MathF.Exp(-v));
        float h0 = 0.5f;
        float[] w = [0.1f, 0.2f, 0.3f];
        float[] r = [0.4f, 0.5f, 0.6f];
        float[] b = [0.01f, 0.02f, 0.03f, 0.04f, 0.05f, 0.06f];
        float z = Sigmoid(w[0] + (h0 * r[0]) + b[0] + b[3]);
        float reset = Sigmoid(w[1] + (h0 * r[1]) + b[1] + b[4]);
        float candidate = MathF.Tanh(linear == 0 ? w[2] + (reset * h0 * r[2]) + b[2] + b[5] : w[2] + (reset * ((h0 * r[2]) + b[5])) + b[2]);
        EngineValue?[] y = RunAll("GRU", [T([1f], 1, 1, 1), T(w, 1, 3, 1), T(r, 1, 3, 1), T(b, 1, 6), null, T([h0], 1, 1, 1)], [("hidden_size", 1L), ("linear_before_reset", linear)], 2, 22);
        Near([((1 - z) * candidate) + (z * h0)], [1, 1, 1, 1], (Tensor)y[0]!);
    }

    [Fact]
    public void BatchFirst_IsTheSame_TurnedRound()
    {
        Tensor w = T([0.1f, 0.2f, 0.3f, 0.4f], 1, 4, 1);
        EngineValue?[] a = RunAll("LSTM", [s_x, w, w], [("hidden_size", 1L)], 3, 22);
        EngineValue?[] b = RunAll("LSTM", [T([1f, 3, 2, 4], 2, 2, 1), w, w], [("hidden_size", 1L), ("layout", 1L)], 3, 22);
        float[] y = ((Tensor)a[0]!).Span<float>().ToArray();
        Near([y[0], y[2], y[1], y[3]], [2, 2, 1, 1], (Tensor)b[0]!);
        Near(((Tensor)a[2]!).Span<float>().ToArray(), [2, 1, 1], (Tensor)b[2]!);
    }

    [Fact]
    public void HalfPrecision_CalculatesInSingle()
    {
        Half[] Halves(params float[] v) => Array.ConvertAll(v, f => (Half)f);
        EngineValue?[] y = RunAll("RNN", [T(Halves(1), 1, 1, 1), T(Halves(0.5f), 1, 1, 1), T(Halves(0), 1, 1, 1)], [("hidden_size", 1L)], 1, 22);
        Same(Halves(MathF.Tanh(0.5f)), [1, 1, 1, 1], (Tensor)y[0]!);
    }

    [Fact]
    public void WrongWeights_NameTheShapeExpected()
    {
        var error = Assert.Throws<ModelLoadException>(() => RunAll("LSTM", [s_x, T([1f, 2, 3], 1, 3, 1), T([1f, 2, 3, 4], 1, 4, 1)], [("hidden_size", 1L)], 1, 22));
        Assert.EndsWith("input 1: expected shape [1,4,1], got [1,3,1].", error.Message);
    }
}
