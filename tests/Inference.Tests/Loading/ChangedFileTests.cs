using Inference.Onnx;
using Inference.Rows;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>A loaded model does not depend on its files: whatever is done to them, also in place, it answers as before.</summary>
public sealed class ChangedFileTests
{
    private static readonly Action<string>[] s_changes = [Overwrite, Truncate, Shrink, File.Delete, ReplaceByLink];

    // 38 real models, and 63 small ones of public reports.
    [SharedDataTheory("models")]
    [InlineData("models")]
    [InlineData("conformance/reports")]
    public void Run_FilesOfSharedModelsChanged_AnswersAsBefore(string folderOfModels)
    {
        foreach (string model in Directory.GetFiles(TestData.Path(folderOfModels.Split('/')), "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(Path.GetDirectoryName(model)!);
            using IModelRunner untouched = ModelRunner.Load(model);
            using NamedValues inputs = SharedModel.InputsOf(untouched, Path.GetDirectoryName(model)!);
            using NamedValues expected = untouched.Run(inputs);
            foreach (Action<string> change in s_changes)
            {
                using var folder = new TemporaryFolder();
                string copy = folder.File("model.onnx");
                File.Copy(model, copy);

                // The first run prepares the weights: after the change, so that nothing of the model is in use before.
                using IModelRunner runner = ModelRunner.Load(copy);
                change(copy);
                AssertSame(expected, runner.Run(inputs), name);
            }
        }
    }

    [Fact]
    public void Run_ExternalDataChanged_AnswersAsBefore()
    {
        foreach (Action<string> change in s_changes)
        {
            using var folder = new TemporaryFolder();
            OnnxModel model = Linear(256);
            model.Save(folder.File("m.onnx"), new OnnxWriteOptions { ExternalDataThreshold = 1024 });
            string data = folder.File("m.onnx.data");
            Assert.True(new FileInfo(data).Length >= 256 * 256 * sizeof(float));
            using IModelRunner untouched = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>([.. Enumerable.Range(0, 512).Select(i => i % 5 - 2f)], [2, 256]) };
            using NamedValues expected = untouched.Run(inputs);
            using IModelRunner runner = ModelRunner.Load(folder.File("m.onnx"));
            change(data);
            change(folder.File("m.onnx"));
            AssertSame(expected, runner.Run(inputs), change.Method.Name);
        }
    }

    [Fact]
    public void Load_MapFiles_UsesTheFileInPlace()
    {
        using var folder = new TemporaryFolder();
        Linear(256).Save(folder.File("m.onnx"));
        using IModelRunner copied = ModelRunner.Load(folder.File("m.onnx"));
        using IModelRunner mapped = ModelRunner.Load(folder.File("m.onnx"), new ModelLoadOptions { MapFiles = true });
        using NamedValues inputs = new() { ["x"] = TensorValue.Copy<float>([.. Enumerable.Range(0, 256).Select(i => i % 5 - 2f)], [1, 256]) };
        AssertSame(copied.Run(inputs), mapped.Run(inputs), "mapped");
    }

    private static OnnxModel Linear(int size)
    {
        OnnxModel model = SmallModels.Model(17);
        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, "n", size)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", size)));
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("w", [.. Enumerable.Range(0, size * size).Select(i => i % 7 - 3f)], size, size));
        model.Graph.Nodes.Add(new("MatMul", ["x", "w"], ["y"]));
        return model;
    }

    private static void AssertSame(NamedValues expected, NamedValues actual, string model)
    {
        using (actual)
        {
            foreach (KeyValuePair<string, ModelValue> output in expected)
            {
                Assert.True(AreSame(output.Value, actual.GetValue(output.Key)), $"{model}, output '{output.Key}' changed with the file.");
            }
        }
    }

    private static bool AreSame(ModelValue expected, ModelValue actual) => (expected, actual) switch
    {
        (TensorValue a, TensorValue b) => RowEquality.AreEqual(a, b),
        (MapValue a, MapValue b) => RowEquality.AreEqual(a.Keys, b.Keys) && RowEquality.AreEqual(a.Values, b.Values),
        (SequenceValue a, SequenceValue b) => a.Count == b.Count && Enumerable.Range(0, a.Count).All(i => AreSame(a[i], b[i])),
        _ => false,
    };

    // As cp does.
    private static void Overwrite(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        byte[] noise = new byte[stream.Length];
        new Random(7).NextBytes(noise);
        stream.Write(noise);
    }

    private static void Truncate(string path) => new FileStream(path, FileMode.Truncate, FileAccess.Write).Dispose();

    private static void Shrink(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Write);
        stream.SetLength(stream.Length / 3);
    }

    private static void ReplaceByLink(string path)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, path + ".missing");
    }
}
