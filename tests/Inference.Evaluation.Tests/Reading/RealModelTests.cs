using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Inference.Evaluation.Reading;
using Inference.TestSupport;

namespace Inference.Evaluation.Tests.Reading;

/// <summary>Models of the shared folder on their data: the accuracy is the one counted by hand from their outputs.</summary>
public sealed class RealModelTests
{
    private static readonly Dictionary<string, int> s_bytes = new() { ["<f4"] = 4, ["<i8"] = 8 };

    [SharedDataTheory("models")]
    [InlineData("adult_gbdt", "data/adult/test.npz", "label", "probabilities", 0.85)]
    [InlineData("adult_wide_deep", "data/adult/test.npz", null, "prob", 0.84)]
    [InlineData("wine_lgbm_tensor", "data/sklearn/wine_data.csv", "output", "probabilities", 0.9)]
    [InlineData("mnist_mlp", "data/mnist/test.npz", null, "logits", 0.9)]
    [InlineData("iris_mlp", "data/sklearn/iris.csv", null, "output", 0.9)]
    [InlineData("wine_xgb_tree", "data/sklearn/wine_data.csv", "label", "probabilities", 0.9)]
    public void Accuracy_OfARealModel_IsThatCountedFromItsOutputs(string model, string data, string? label, string scores, double least)
    {
        using IModelRunner runner = ModelRunner.Load(Path.Combine(TestData.Root!, "models", model, "model.onnx"));
        Dictionary<string, TensorValue> columns = data.EndsWith(".npz", StringComparison.Ordinal) ? Npz(Path.Combine(TestData.Root!, data)) : Csv(Path.Combine(TestData.Root!, data));
        TensorValue labels = columns["label"];
        var inputs = new NamedValues();
        foreach (ModelPort port in runner.Info.Inputs)
        {
            TensorValue column = columns.TryGetValue(port.Name, out TensorValue? named) ? named : columns.GetValueOrDefault("image") ?? columns["input"];
            inputs.Add(port.Name, column);
        }

        using NamedValues outputs = runner.Run(inputs);
        OutputReading reading = OutputReader.Decide(runner.Info, [new ReadingSample(outputs, labels)]);
        Assert.Equal((label, scores), (reading.LabelOutput, reading.ScoreOutput));

        // By hand: the label where there is one, else the greatest score, else the score above 0.5.
        long[] truth = labels.AsSpan<long>().ToArray();
        int right = 0;
        for (int row = 0; row < truth.Length; row++)
        {
            right += Answer(outputs, label, scores, row, truth.Length) == truth[row] ? 1 : 0;
        }

        Assert.Equal((double)right / truth.Length, reading.SampleValue, 12);
        Assert.True(reading.SampleValue > least, reading.Describe());
        Assert.Empty(reading.Warnings);
    }

    private static long Answer(NamedValues outputs, string? label, string scores, int row, int rows)
    {
        if (label is not null)
        {
            return outputs[label].AsSpan<long>()[row];
        }

        float[] all = outputs[scores].AsSpan<float>().ToArray();
        float[] mine = all[(row * all.Length / rows)..((row + 1) * all.Length / rows)];
        return mine.Length == 1 ? (mine[0] > 0.5f ? 1 : 0) : Array.IndexOf(mine, mine.Max());
    }

    private static Dictionary<string, TensorValue> Csv(string file)
    {
        string[][] lines = [.. File.ReadLines(file).Skip(1).Where(static l => l.Length > 0).Select(static l => l.Split(','))];
        float[] values = [.. lines.SelectMany(static l => l[..^1].Select(static v => float.Parse(v, CultureInfo.InvariantCulture)))];
        return new()
        {
            ["input"] = TensorValue.Copy(values, [lines.Length, lines[0].Length - 1]),
            ["label"] = TensorValue.Copy([.. lines.Select(static l => long.Parse(l[^1], CultureInfo.InvariantCulture))], [lines.Length]),
        };
    }

    private static Dictionary<string, TensorValue> Npz(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        var columns = new Dictionary<string, TensorValue>();
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using var memory = new MemoryStream();
            using (Stream stream = entry.Open())
            {
                stream.CopyTo(memory);
            }

            // Version 1.0: magic, version, a length of 16 bits, a Python dictionary, the data.
            byte[] bytes = memory.ToArray();
            int header = 10 + bytes[8] + (bytes[9] << 8);
            string text = Encoding.ASCII.GetString(bytes, 10, header - 10);
            string type = text.Split('\'')[3];
            long[] shape = [.. text.Split('(')[1].Split(')')[0].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static d => long.Parse(d, CultureInfo.InvariantCulture))];
            Span<byte> content = bytes.AsSpan(header);
            Assert.Equal(content.Length, shape.Aggregate(1L, static (product, size) => product * size) * s_bytes[type]);
            columns[Path.GetFileNameWithoutExtension(entry.Name)] = type == "<f4" ? TensorValue.Copy<float>(MemoryMarshal.Cast<byte, float>(content), shape) : TensorValue.Copy<long>(MemoryMarshal.Cast<byte, long>(content), shape);
        }

        return columns;
    }
}
