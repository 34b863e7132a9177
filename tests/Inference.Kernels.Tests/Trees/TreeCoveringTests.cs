using Inference.Kernels.Tests.Covering;
using Inference.Kernels.Trees;
using Xunit.Abstractions;

namespace Inference.Kernels.Tests.Trees;

[Covers(typeof(TreeEnsemble), "trees_f32")]
public sealed unsafe class TreeCoveringTests(ITestOutputHelper output)
{
    private const int Features = 6;

    [Fact]
    public void Run_EveryTripleOfOptions_EqualsWalk()
    {
        var space = new OptionSpace("trees_f32", 3);
        Option<TreeAggregation> aggregation = space.Add("aggregation", Enum.GetValues<TreeAggregation>());
        Option<string> modes = space.Add("modes", "<=", "<", ">=", ">", "all four", "with = and !=");
        Option<int> trees = space.Add("trees", 1, 3, 40);
        Option<int> levels = space.Add("levels", 0, 1, 4, 6, 10);
        Option<int> targets = space.Add("targets", 1, 2, 5);
        Option<int> rowCount = space.Add("rows", 0, 1, 3, 15, 16, 17, 64, 65, 200);
        Option<int> pad = space.Add("stride", 0, 2);
        Option<string> missing = space.Add("missing", "none", "NaN", "NaN tracked");
        Option<bool> infinite = space.Add("infinities", Choices.Either);
        Option<bool> wide = space.Add("f64", Choices.Either);
        Option<int> threads = space.Add("threads", Choices.Threads);
        // Rows of f64 are dense, on one thread.
        space.Forbid(wide, w => w, pad, p => p != 0);
        space.Forbid(wide, w => w, threads, t => t != 1);
        space.Run(output, seed =>
        {
            (int rows, int outputs, int stride) = (rowCount.Value, targets.Value, Features + pad.Value);
            TreeNodeMode[] of = modes.Value switch
            {
                "<=" => [TreeNodeMode.LessOrEqual],
                "<" => [TreeNodeMode.Less],
                ">=" => [TreeNodeMode.GreaterOrEqual],
                ">" => [TreeNodeMode.Greater],
                "all four" => [TreeNodeMode.LessOrEqual, TreeNodeMode.Less, TreeNodeMode.GreaterOrEqual, TreeNodeMode.Greater],
                _ => [.. Enum.GetValues<TreeNodeMode>().Where(m => m != TreeNodeMode.Leaf)],
            };
            TreeEnsembleData data = TreeForest.Create(seed, trees.Value, levels.Value, Features, outputs, aggregation.Value, of, missing.Value == "NaN tracked");
            using TreeEnsemble ensemble = TreeEnsemble.Create(data);
            using NativeArray<float> x = Fill.Floats(rows * stride, seed, -3f, 3f);
            bool odd = infinite.Value;
            bool holes = missing.Value != "none";
            for (int i = 0; i < x.Length; i++)
            {
                // On the thresholds often.
                x.Span[i] = holes && i % 5 == 0 ? float.NaN : odd && i % 11 == 0 ? float.NegativeInfinity : odd && i % 13 == 0 ? float.PositiveInfinity : MathF.Round(x[i] * 2) / 2;
            }

            using var y = new NativeArray<float>(rows * outputs);
            var scores = new double[rows * outputs];
            (int workers, bool doubles) = (threads.Value, wide.Value);
            if (doubles)
            {
                double[] input = [.. x.Span.ToArray().Select(v => (double)v)];
                fixed (double* from = input, to = scores)
                {
                    ensemble.Run(from, rows, to);
                }
            }
            else if (stride == Features)
            {
                ensemble.Run(x.Pointer, rows, y.Pointer, workers);
            }
            else
            {
                ensemble.Run(x.Pointer, stride, rows, y.Pointer, workers);
            }

            for (int r = 0; r < rows; r++)
            {
                float[] want = TreeForest.Expected(data, x.Span.Slice(r * stride, Features).ToArray());
                for (int t = 0; t < outputs; t++)
                {
                    int at = (r * outputs) + t;
                    Assert.True(doubles ? Math.Abs(want[t] - scores[at]) < 1e-4 : want[t] == y[at], $"[{r},{t}]: expected {want[t]}, got {(doubles ? scores[at] : y[at])}");
                }
            }

            y.AssertIntact();
        });
    }
}
