using Inference.Import;
using Inference.Onnx;
using Inference.Rows;
using Inference.TestSupport;
using Inference.Tests.Support;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Tests.Passes;

public sealed class RowProofTests
{
    // Batch axis, but rows depend on each other: a scale or a maximum over the whole batch, a scan over axis 0.
    private static readonly string[] s_dependent = ["q_mnist_mlp_dyn", "q_spam_minilm_dyn", "qlstm_scan", "oww_melspectrogram"];

    [SharedDataFact("models")]
    public void Of_SharedModels_ProvesAllWithABatchAxisButThoseWhoseRowsMeet()
    {
        var unproved = new List<string>();
        foreach (string folder in Directory.GetDirectories(TestData.Path("models")))
        {
            string file = Path.Combine(folder, "model.onnx");
            if (!File.Exists(file))
            {
                continue;
            }

            using OnnxModel model = OnnxModel.Load(file);
            ModelGraph graph = ModelImporter.Import(model).Graph;
            ShapeInference.Run(graph, "model");
            string name = Path.GetFileName(folder);
            using IModelRunner runner = SharedModel.Load(name);
            ModelInfo proof = runner.Info;
            if (proof is { BatchAxis: 0, RowIndependent: false } && !s_dependent.Contains(name))
            {
                unproved.Add($"{name}: {FirstMixed(graph)}");
            }

            Assert.False(proof.RowIndependent && s_dependent.Contains(name), name);
        }

        Assert.True(unproved.Count == 0, string.Join(Environment.NewLine, unproved));
    }

    /// <summary>What is proved holds: two different rows give alone what they give together.</summary>
    [SharedDataFact("models")]
    public void Of_SharedModels_ProvedRowsAreTheSameAloneAndTogether()
    {
        foreach (string folder in Directory.GetDirectories(TestData.Path("models")))
        {
            string name = Path.GetFileName(folder);
            if (!File.Exists(Path.Combine(folder, "test_data_set_0", "input_0.pb")))
            {
                continue;
            }

            using IModelRunner runner = SharedModel.Load(name);
            if (!runner.Info.RowIndependent)
            {
                continue;
            }

            using NamedValues data = SharedModel.Inputs(runner, name);
            using NamedValues first = BatchRows.Take(data, [0]);
            using NamedValues second = BatchRows.Take(data, [0]);
            foreach (KeyValuePair<string, ModelValue> input in second)
            {
                if (input.Value is TensorValue { ElementType: ElementType.Float32 } tensor)
                {
                    tensor.AsWritableSpan<float>().Reverse();
                }
            }

            using NamedValues both = BatchRows.Concatenate([first, second]);
            using NamedValues together = runner.Run(both);
            AssertRow(name, runner, first, together, 0);
            AssertRow(name, runner, second, together, 1);
        }
    }

    private static void AssertRow(string name, IModelRunner runner, NamedValues row, NamedValues together, int index)
    {
        using NamedValues alone = runner.Run(row);
        foreach (KeyValuePair<string, ModelValue> output in alone)
        {
            using TensorValue same = together[output.Key].Rows(index, 1);
            var got = (TensorValue)output.Value;
            Assert.True(got.Shape.SequenceEqual(same.Shape), $"{name}, {output.Key}: {got} and {same}");
            for (int i = 0; got.ElementType == ElementType.Float32 && i < got.ElementCount; i++)
            {
                (float a, float b) = (got.AsSpan<float>()[i], same.AsSpan<float>()[i]);
                Assert.True(MathF.Abs(a - b) <= 1e-3f * (1 + MathF.Abs(a)) || a.Equals(b), $"{name}, {output.Key}[{i}], row {index}: alone {a}, together {b}");
            }
        }
    }

    private static string FirstMixed(ModelGraph graph)
    {
        BatchFlow flow = BatchFlow.Of(graph, graph.Inputs)!;
        Node? node = graph.Nodes.Find(n => n.Outputs.Exists(o => o is not null && flow.AxisOf(o) == BatchContext.Mixed && o.ShapeData is null)
            && !n.Inputs.Exists(i => i is not null && flow.AxisOf(i) == BatchContext.Mixed && i.ShapeData is null));
        return node is null ? "no node" : $"{node.Describe()} of {string.Join(", ", node.Inputs.Select(i => i is null ? "-" : $"{i.Type} on axis {flow.AxisOf(i)}"))} → {string.Join(", ", node.Outputs.Select(o => o?.Type))}";
    }
}
