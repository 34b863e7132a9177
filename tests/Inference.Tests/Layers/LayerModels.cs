using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Layers;

/// <summary>Models of the graph nodes that layers share their code with, and values for both.</summary>
internal static class LayerModels
{
    /// <summary>Sizes that meet every form of the kernels: rows, inputs, outputs.</summary>
    public static readonly (int Rows, int Inputs, int Outputs)[] Sizes =
        [(0, 3, 2), (1, 1, 1), (1, 5, 3), (2, 7, 4), (3, 8, 5), (5, 64, 16), (1, 33, 65), (17, 31, 63), (40, 129, 130), (200, 300, 70)];

    public static float[] Floats(int count, int seed, float low = -1f, float high = 1f)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => low + ((high - low) * random.NextSingle()))];
    }

    public static sbyte[] Codes(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (sbyte)random.Next(-127, 128))];
    }

    /// <summary>[rows, columns] as [columns, rows].</summary>
    public static T[] Transposed<T>(T[] matrix, int rows, int columns) => [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[(i % rows * columns) + (i / rows)])];

    /// <summary>A model x[n, inputs] → y[n, outputs] of these nodes, which read x and write y.</summary>
    public static byte[] Model(int inputs, int outputs, OnnxTensor[] constants, params OnnxNode[] nodes) =>
        Model(new OnnxValueInfo("x", OnnxType.Tensor(OnnxElementType.Float32, "n", inputs)), outputs, constants, nodes);

    public static byte[] Model(OnnxValueInfo input, int outputs, OnnxTensor[] constants, params OnnxNode[] nodes)
    {
        OnnxModel model = SmallModels.Model(20);
        model.OperatorSets.Add(new("com.microsoft", 1));
        model.Graph.Initializers.AddRange(constants);
        model.Graph.Inputs.Add(input);
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, "n", outputs)));
        model.Graph.Nodes.AddRange(nodes);
        return model.ToArray();
    }

    public static float[] Run(byte[] model, float[] x, int rows, int inputs) => Run(model, TensorValue.Copy<float>(x, [rows, inputs]));

    public static float[] Run(byte[] model, TensorValue x)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model), new ModelLoadOptions { Threads = 1 });
        using var inputs = new NamedValues { ["x"] = x };
        using NamedValues outputs = runner.Run(inputs);
        return outputs["y"].AsSpan<float>().ToArray();
    }

    /// <summary>The operators of the model as the engine runs it.</summary>
    public static string[] Optimized(byte[] model)
    {
        ModelGraph graph = Import.ModelImporter.Import(OnnxModel.Read(model)).Graph;
        ShapeInference.Run(graph, "test");
        PassPipeline.Run(graph, "test", verify: true);
        return [.. graph.Nodes.Select(n => n.OpType)];
    }

    /// <summary>Bit for bit, so that −0 and NaN count.</summary>
    public static void AssertSameBits(float[] expected, float[] actual) =>
        Assert.Equal(Array.ConvertAll(expected, BitConverter.SingleToUInt32Bits), Array.ConvertAll(actual, BitConverter.SingleToUInt32Bits));
}
