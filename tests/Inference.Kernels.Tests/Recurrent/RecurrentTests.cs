using Inference.Kernels.Gemm;
using Inference.Kernels.Recurrent;

namespace Inference.Kernels.Tests.Recurrent;

public sealed unsafe class RecurrentTests
{
    [Theory]
    [InlineData(1, 1, 3, 5, false, false)]
    [InlineData(7, 2, 10, 16, true, false)]
    [InlineData(5, 3, 8, 21, false, true)]
    public void Lstm_Sequences_EqualsFormula(int steps, int batch, int input, int hidden, bool reverse, bool extras)
    {
        using NativeArray<float> x = Fill.Floats(steps * batch * input, 1);
        using NativeArray<float> w = Fill.Floats(4 * hidden * input, 2, -0.5f, 0.5f);
        using NativeArray<float> r = Fill.Floats(4 * hidden * hidden, 3, -0.5f, 0.5f);
        using NativeArray<float> b = Fill.Floats(8 * hidden, 4);
        using NativeArray<float> p = Fill.Floats(3 * hidden, 5);
        using NativeArray<float> h0 = Fill.Floats(batch * hidden, 6);
        using var y = new NativeArray<float>(steps * batch * hidden);
        using var h = new NativeArray<float>(batch * hidden);
        using var c = new NativeArray<float>(batch * hidden);
        using PackedMatrix pw = PackedMatrix.Create(w.Span, input, 4 * hidden, true);
        using PackedMatrix pr = PackedMatrix.Create(r.Span, hidden, 4 * hidden, true);
        int[] lengths = [.. Enumerable.Range(0, batch).Select(i => steps - i)];
        fixed (int* pl = lengths)
        {
            LstmF32.Run(new RecurrentArguments
            {
                X = x.Pointer,
                InputWeights = pw,
                HiddenWeights = pr,
                InputBias = b.Pointer,
                HiddenBias = b.Pointer + (4 * hidden),
                Peephole = extras ? p.Pointer : null,
                InitialHidden = extras ? h0.Pointer : null,
                InitialCell = null,
                Y = y.Pointer,
                YStepStride = batch * hidden,
                LastHidden = h.Pointer,
                LastCell = c.Pointer,
                SequenceLengths = extras ? pl : null,
                Steps = steps,
                Batch = batch,
                InputSize = input,
                HiddenSize = hidden,
                Reverse = reverse,
            });
        }

        var sh = new double[batch * hidden];
        var sc = new double[batch * hidden];
        for (int i = 0; i < sh.Length; i++)
        {
            sh[i] = extras ? h0[i] : 0;
        }

        for (int s = 0; s < steps; s++)
        {
            int t = reverse ? steps - 1 - s : s;
            double[] old = [.. sh];
            for (int n = 0; n < batch; n++)
            {
                for (int j = 0; j < hidden; j++)
                {
                    int at = (n * hidden) + j;
                    if (extras && t >= lengths[n])
                    {
                        Assert.Equal(0f, y[(t * batch * hidden) + at]);
                        continue;
                    }

                    double Gate(int g) => b[(g * hidden) + j] + b[((4 + g) * hidden) + j]
                        + Enumerable.Range(0, input).Sum(e => (double)w[(((g * hidden) + j) * input) + e] * x[(((t * batch) + n) * input) + e])
                        + Enumerable.Range(0, hidden).Sum(e => (double)r[(((g * hidden) + j) * hidden) + e] * old[(n * hidden) + e]);
                    double i = Sigmoid(Gate(0) + (extras ? p[j] * sc[at] : 0));
                    double f = Sigmoid(Gate(2) + (extras ? p[(2 * hidden) + j] * sc[at] : 0));
                    sc[at] = (f * sc[at]) + (i * Math.Tanh(Gate(3)));
                    double o = Sigmoid(Gate(1) + (extras ? p[hidden + j] * sc[at] : 0));
                    sh[at] = o * Math.Tanh(sc[at]);
                    Assert.Equal(sh[at], y[(t * batch * hidden) + at], 1e-5);
                }
            }
        }

        for (int i = 0; i < sh.Length; i++)
        {
            Assert.Equal(sh[i], h[i], 1e-5);
            Assert.Equal(sc[i], c[i], 1e-5);
        }

        y.AssertIntact();
        h.AssertIntact();
        c.AssertIntact();
    }

    [Theory]
    [InlineData(1, 1, 3, 5, false, false)]
    [InlineData(6, 2, 10, 18, true, false)]
    [InlineData(6, 2, 10, 18, false, true)]
    [InlineData(4, 3, 7, 16, true, true)]
    public void Gru_Sequences_EqualsFormula(int steps, int batch, int input, int hidden, bool reverse, bool linear)
    {
        using NativeArray<float> x = Fill.Floats(steps * batch * input, 1);
        using NativeArray<float> w = Fill.Floats(3 * hidden * input, 2, -0.5f, 0.5f);
        using NativeArray<float> r = Fill.Floats(3 * hidden * hidden, 3, -0.5f, 0.5f);
        using NativeArray<float> b = Fill.Floats(6 * hidden, 4);
        using var y = new NativeArray<float>(steps * batch * hidden);
        using var h = new NativeArray<float>(batch * hidden);
        using PackedMatrix pw = PackedMatrix.Create(w.Span, input, 3 * hidden, true);
        using PackedMatrix pr = PackedMatrix.Create(r.Span, hidden, 3 * hidden, true);
        using PackedMatrix pc = PackedMatrix.Create(r.Span[(2 * hidden * hidden)..], hidden, hidden, true);
        GruF32.Run(
            new RecurrentArguments
            {
                X = x.Pointer,
                InputWeights = pw,
                HiddenWeights = pr,
                InputBias = b.Pointer,
                HiddenBias = b.Pointer + (3 * hidden),
                Y = y.Pointer,
                YStepStride = batch * hidden,
                LastHidden = h.Pointer,
                Steps = steps,
                Batch = batch,
                InputSize = input,
                HiddenSize = hidden,
                Reverse = reverse,
                LinearBeforeReset = linear,
            },
            linear ? null : pc);
        var state = new double[batch * hidden];
        for (int s = 0; s < steps; s++)
        {
            int t = reverse ? steps - 1 - s : s;
            double[] old = [.. state];
            for (int n = 0; n < batch; n++)
            {
                double In(int g, int j) => b[(g * hidden) + j]
                    + Enumerable.Range(0, input).Sum(e => (double)w[(((g * hidden) + j) * input) + e] * x[(((t * batch) + n) * input) + e]);
                double Hid(int g, int j, Func<int, double> v) => b[((3 + g) * hidden) + j]
                    + Enumerable.Range(0, hidden).Sum(e => r[(((g * hidden) + j) * hidden) + e] * v(e));
                double Old(int e) => old[(n * hidden) + e];
                double[] reset = [.. Enumerable.Range(0, hidden).Select(j => Sigmoid(In(1, j) + Hid(1, j, Old)))];
                for (int j = 0; j < hidden; j++)
                {
                    double z = Sigmoid(In(0, j) + Hid(0, j, Old));
                    double candidate = Math.Tanh(In(2, j) + (linear ? reset[j] * Hid(2, j, Old) : Hid(2, j, e => reset[e] * Old(e))));
                    state[(n * hidden) + j] = ((1 - z) * candidate) + (z * Old(j));
                    Assert.Equal(state[(n * hidden) + j], y[(((t * batch) + n) * hidden) + j], 1e-5);
                }
            }
        }

        y.AssertIntact();
        h.AssertIntact();
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
