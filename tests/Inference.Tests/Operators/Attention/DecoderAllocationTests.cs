using Inference.Onnx;
using Inference.TestSupport;

namespace Inference.Tests.Operators.Attention;

/// <summary>Attention of decoders allocates nothing where shapes are fixed.</summary>
public sealed class DecoderAllocationTests
{
    [Theory]
    [InlineData("GroupQueryAttention", "do_rotary=1 local_window_size=4 num_heads=4 kv_num_heads=2")]
    [InlineData("SparseAttention", "sparse_block_size=2 num_heads=4 kv_num_heads=2")]
    [InlineData("MultiHeadAttention", "num_heads=2")]
    public void Run_AfterWarmUp_AllocatesNothing(string op, string attributes)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(Build(op, attributes).ToArray()), new ModelLoadOptions { Threads = 1 });
        using BoundRun bound = runner.Bind();
        bound.SetInput("q", TensorValue.Copy(new float[32], [1, 1, 32]));
        bound.SetInput("k", TensorValue.Copy(new float[op == "MultiHeadAttention" ? 32 : 16], [1, 1, op == "MultiHeadAttention" ? 32 : 16]));
        bound.SetInput("p", TensorValue.Copy(new float[op == "MultiHeadAttention" ? 192 : 96], [1, 2, 6, op == "MultiHeadAttention" ? 16 : 8]));
        Assert.Equal(0, ManagedBytes.Of(() => bound.Run()));
    }

    private static OnnxModel Build(string op, string attributes)
    {
        var model = new OnnxModel { IrVersion = 8 };
        model.OperatorSets.Add(new OnnxOperatorSet("", 18));
        model.OperatorSets.Add(new OnnxOperatorSet("com.microsoft", 1));
        foreach (string name in (string[])["q", "k", "p"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, name == "p" ? ["a", "b", "c", "d"] : ["e", "f", $"{name}g"])));
        }

        model.Graph.Initializers.Add(OnnxTensor.Create("length", [op == "GroupQueryAttention" ? 3 : 4], [1L]));
        model.Graph.Initializers.Add(OnnxTensor.Create("total", [4], [1L]));
        model.Graph.Initializers.Add(OnnxTensor.Create("angles", new float[16], [4L, 4L]));
        model.Graph.Initializers.Add(OnnxTensor.Create("rows", [0, 1, 2, 3], [1L, 4L]));
        model.Graph.Initializers.Add(OnnxTensor.Create("columns", [0, 1, 2], [1L, 3L]));
        string[] inputs = op switch
        {
            "GroupQueryAttention" => ["q", "k", "k", "p", "p", "length", "total", "angles", "angles"],
            "SparseAttention" => ["q", "k", "k", "p", "p", "rows", "columns", "total", "length"],
            _ => ["q", "k", "k", "", "", "", "p", "p", "length"],
        };
        var node = new OnnxNode(op, inputs, ["y", "pk", "pv"], "com.microsoft", "attention");
        foreach (string attribute in attributes.Split(' '))
        {
            string[] pair = attribute.Split('=');
            node.SetAttribute(pair[0], long.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        model.Graph.Nodes.Add(node);
        foreach (string output in node.Outputs)
        {
            model.Graph.Outputs.Add(new(output, null));
        }

        return model;
    }
}
