using Inference.Kernels.Gemm;
using Inference.Kernels.Recurrent;
using Inference.Kernels.Tests.Covering;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Recurrent;

[Covers(typeof(LstmF32), "lstm_f32_cell")]
[Covers(typeof(GruF32), "gru_f32_cell")]
public sealed unsafe class RecurrentCoveringTests(ITestOutputHelper output)
{
    [Fact]
    public void Lstm_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("lstm_f32", 3);
        var layer = new LayerCase(space);
        Option<bool> peephole = space.Add("peephole", Choices.Either);
        Option<bool> initialCell = space.Add("initial cell", Choices.Either);
        space.Run(output, seed => layer.Check(4, seed, (a, state) =>
        {
            int n = a.HiddenSize;
            using NativeArray<float> p = Fill.Floats(3 * n, seed + 10);
            using NativeArray<float> c0 = Fill.Floats(a.Batch * n, seed + 11);
            using var cells = new NativeArray<float>(a.Batch * n);
            a.Peephole = peephole.Value ? p.Pointer : null;
            a.InitialCell = initialCell.Value ? c0.Pointer : null;
            a.LastCell = cells.Pointer;
            double[] cell = [.. Enumerable.Range(0, a.Batch * n).Select(i => initialCell.Value ? (double)c0[i] : 0)];
            LstmF32.Run(in a, layer.Threads);
            state.Walk((at, b, j, input, hidden) =>
            {
                double Peep(int gate, double c) => peephole.Value ? p[(gate * n) + j] * c : 0;
                double i = Sigmoid(input(0, j) + hidden(0, j, state.Old) + Peep(0, cell[at]));
                double f = Sigmoid(input(2, j) + hidden(2, j, state.Old) + Peep(2, cell[at]));
                cell[at] = (f * cell[at]) + (i * Math.Tanh(input(3, j) + hidden(3, j, state.Old)));
                return Sigmoid(input(1, j) + hidden(1, j, state.Old) + Peep(1, cell[at])) * Math.Tanh(cell[at]);
            });
            for (int i = 0; i < cell.Length; i++)
            {
                Assert.Equal(cell[i], cells[i], 1e-5);
            }

            cells.AssertIntact();
        }));
    }

    [Fact]
    public void Gru_EveryTripleOfOptions_EqualsFormula()
    {
        var space = new OptionSpace("gru_f32", 3);
        var layer = new LayerCase(space);
        Option<bool> linear = space.Add("linear before reset", Choices.Either);
        space.Run(output, seed => layer.Check(3, seed, (a, state) =>
        {
            int n = a.HiddenSize;
            using PackedMatrix candidate = PackedMatrix.Create(state.HiddenWeights + (2 * n * n), n, n, n, true);
            a.LinearBeforeReset = linear.Value;
            GruF32.Run(in a, linear.Value ? null : candidate, layer.Threads);
            state.Walk((at, b, j, input, hidden) =>
            {
                double Reset(int e) => Sigmoid(input(1, e) + hidden(1, e, state.Old));
                double z = Sigmoid(input(0, j) + hidden(0, j, state.Old));
                double product = linear.Value ? Reset(j) * hidden(2, j, state.Old) : hidden(2, j, e => Reset(e) * state.Old(e));
                return ((1 - z) * Math.Tanh(input(2, j) + product)) + (z * state.Old(j));
            });
        }));
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
