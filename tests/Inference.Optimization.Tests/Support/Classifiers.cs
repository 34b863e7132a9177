using Inference.Data;
using Inference.Onnx;

namespace Inference.Optimization.Tests.Support;

/// <summary>Linear classifiers as scikit-learn's are written: the label first, then probabilities, as a tensor or as maps. The class of a row is its greatest value.</summary>
internal static class Classifiers
{
    public const int Classes = 3;

    private static readonly string[] s_names = ["ant", "bee", "cow"];
    private static readonly int[] s_order = [0, 1, 2];

    /// <param name="texts">Whether labels are texts, else numbers.</param>
    /// <param name="maps">Whether probabilities are maps from class to number.</param>
    /// <param name="order">Which value each class looks at; null: its own.</param>
    /// <param name="mapOrder">What the maps call each class; null: as the label.</param>
    public static OnnxModel LabelFirst(bool texts, bool maps, int[]? order = null, int[]? mapOrder = null)
    {
        order ??= s_order;
        mapOrder ??= s_order;
        var model = new OnnxModel { IrVersion = 7 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 13));
        model.OperatorSets.Add(new OnnxOperatorSet("ai.onnx.ml", 1));
        model.Graph.Name = "classifier";
        OnnxElementType key = texts ? OnnxElementType.String : OnnxElementType.Int64;
        model.Graph.Inputs.Add(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, "N", Classes)));
        model.Graph.Outputs.Add(new OnnxValueInfo("output_label", OnnxType.Tensor(key, "N")));
        var coefficients = new float[Classes * Classes];
        for (int c = 0; c < Classes; c++)
        {
            coefficients[(c * Classes) + order[c]] = 2;
        }

        var classifier = new OnnxNode("LinearClassifier", ["x"], ["output_label", maps ? "scores" : "probabilities"], "ai.onnx.ml", "classify");
        classifier.SetAttribute(OnnxAttribute.FromFloats("coefficients", coefficients));
        classifier.SetAttribute(OnnxAttribute.FromFloats("intercepts", new float[Classes]));
        classifier.SetAttribute(OnnxAttribute.FromString("post_transform", "SOFTMAX"));
        classifier.SetAttribute(texts ? OnnxAttribute.FromStrings("classlabels_strings", s_names) : OnnxAttribute.FromInts("classlabels_ints", 0, 1, 2));
        model.Graph.Nodes.Add(classifier);
        if (maps)
        {
            var zip = new OnnxNode("ZipMap", ["scores"], ["probabilities"], "ai.onnx.ml", "zip");
            zip.SetAttribute(texts
                ? OnnxAttribute.FromStrings("classlabels_strings", Array.ConvertAll(mapOrder, c => s_names[c]))
                : OnnxAttribute.FromInts("classlabels_int64s", Array.ConvertAll(mapOrder, c => (long)c)));
            model.Graph.Nodes.Add(zip);
            model.Graph.Outputs.Add(new OnnxValueInfo("probabilities", OnnxType.Sequence(OnnxType.Map(key, OnnxType.Tensor(OnnxElementType.Float32)))));
        }
        else
        {
            model.Graph.Outputs.Add(new OnnxValueInfo("probabilities", OnnxType.Tensor(OnnxElementType.Float32, "N", Classes)));
        }

        return model;
    }

    /// <summary>Rows, sorted by label, of which every tenth bears the label of the next class, and the accuracy that follows.</summary>
    public static (MemoryDataSource Data, double Accuracy) Rows(int rows, bool texts)
    {
        float[] values = Lab.Normal(rows * Classes, 5);
        int[] best = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, Classes).MaxBy(c => values[(row * Classes) + c]))];
        int[] labels = [.. best.Select((c, row) => row % 10 == 0 ? (c + 1) % Classes : c)];
        int[] order = [.. Enumerable.Range(0, rows).OrderBy(row => labels[row])];
        var columns = new NamedValues
        {
            ["x"] = TensorValue.Copy<float>(order.SelectMany(row => values.AsSpan(row * Classes, Classes).ToArray()).ToArray(), [rows, Classes]),
            ["label"] = texts
                ? TensorValue.Copy<string>(Array.ConvertAll(order, row => s_names[labels[row]]), [rows])
                : TensorValue.Copy<long>(Array.ConvertAll(order, row => (long)labels[row]), [rows]),
            ["half"] = TensorValue.Copy<long>(Array.ConvertAll(order, row => (long)(row % 2)), [rows]),
            ["rare"] = TensorValue.Copy<long>(Array.ConvertAll(order, row => row < 20 ? 1L : 0L), [rows]),
        };
        return (new MemoryDataSource(columns), 1 - ((rows + 9) / 10 / (double)rows));
    }
}
