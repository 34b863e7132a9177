using Inference.Onnx;
using Inference.TestSupport;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>Two bound runs in turn, each reading what the other wrote: a decoder step whose past is the present of the step before, in two buffers, without a copy between steps.</summary>
public sealed class ChainedBoundRunTests
{
    private const int Capacity = 12;
    private const int Depth = 8;
    private static readonly long[] s_cache = [1, 1, Capacity, Depth];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_PastIsThePresentOfTheOther_AllocatesNothing_AndEqualsOtherRuns(bool isGroupQuery)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes((isGroupQuery ? GroupQuery() : Sliding()).ToArray()), new ModelLoadOptions { Threads = 1 });
        float[] x = new float[Depth];
        int[] last = [0];
        using BoundRun first = runner.Bind();
        using BoundRun second = runner.Bind();
        foreach (BoundRun run in (ReadOnlySpan<BoundRun>)[first, second])
        {
            run.SetInput("x", TensorValue.Borrow<float>(x, [1, 1, Depth]));
            if (isGroupQuery)
            {
                run.SetInput("last", TensorValue.Borrow<int>(last, [1]));
            }
        }

        NamedValues? before = null;
        for (int step = 0; step < Capacity; step++)
        {
            last[0] = step;
            for (int i = 0; i < Depth; i++)
            {
                x[i] = MathF.Sin((step * Depth) + i);
            }

            using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(x, [1, 1, Depth]) };
            inputs["k"] = before is null ? TensorValue.Copy<float>(new float[Capacity * Depth], s_cache) : before["pk"].Retain();
            inputs["v"] = before is null ? TensorValue.Copy<float>(new float[Capacity * Depth], s_cache) : before["pv"].Retain();
            if (isGroupQuery)
            {
                inputs["last"] = TensorValue.Copy<int>(last, [1]);
            }

            NamedValues expected = runner.Run(inputs);
            (BoundRun current, BoundRun other) = step % 2 == 0 ? (first, second) : (second, first);
            if (step < 3)
            {
                current.SetInput("k", step == 0 ? TensorValue.Copy<float>(new float[Capacity * Depth], s_cache) : other.GetOutput("pk"));
                current.SetInput("v", step == 0 ? TensorValue.Copy<float>(new float[Capacity * Depth], s_cache) : other.GetOutput("pv"));
            }

            current.Run();
            foreach (string name in (ReadOnlySpan<string>)["y", "pk", "pv"])
            {
                Assert.Equal(expected[name].AsSpan<float>().ToArray(), current.GetOutput(name).AsSpan<float>().ToArray());
            }

            before?.Dispose();
            before = expected;
        }

        before?.Dispose();
        Assert.Equal(0, ManagedBytes.Of(() =>
        {
            last[0] = Capacity - 2;
            first.Run();
            last[0] = Capacity - 1;
            second.Run();
        }));
    }

    // A cache with room for the longest sequence; "last" is the sequence's length less one.
    private static OnnxModel GroupQuery()
    {
        OnnxModel model = Step();
        model.OperatorSets.Add(new("com.microsoft", 1));
        model.Graph.Inputs.Add(new("last", OnnxType.Tensor(OnnxElementType.Int32, 1)));
        model.Graph.Initializers.Add(OnnxTensor.Create("total", [Capacity], [1L]));
        var node = new OnnxNode("GroupQueryAttention", ["x", "x", "x", "k", "v", "last", "total"], ["y", "pk", "pv"], "com.microsoft", "attention");
        node.SetAttribute("num_heads", 1L);
        node.SetAttribute("kv_num_heads", 1L);
        model.Graph.Nodes.Add(node);
        return model;
    }

    // The newest positions alone: the oldest row goes, the new one comes.
    private static OnnxModel Sliding()
    {
        OnnxModel model = Step();
        OnnxGraph graph = model.Graph;
        graph.Initializers.Add(OnnxTensor.Create("one", [1L], [1L]));
        graph.Initializers.Add(OnnxTensor.Create("end", [(long)Capacity], [1L]));
        graph.Initializers.Add(OnnxTensor.Create("axis", [2L], [1L]));
        graph.Initializers.Add(OnnxTensor.Create("row", [1L, 1, 1, Depth], [4L]));
        graph.Initializers.Add(OnnxTensor.Create("flat", [1L, 1, Depth], [3L]));
        graph.Nodes.Add(new("Reshape", ["x", "row"], ["xr"]));
        foreach (string name in (string[])["k", "v"])
        {
            graph.Nodes.Add(new("Slice", [name, "one", "end", "axis"], [$"{name}s"]));
            var join = new OnnxNode("Concat", [$"{name}s", "xr"], [$"p{name}"]);
            join.SetAttribute("axis", 2L);
            graph.Nodes.Add(join);
        }

        var turn = new OnnxNode("Transpose", ["pk"], ["kt"]);
        turn.SetAttribute(OnnxAttribute.FromInts("perm", 0, 1, 3, 2));
        graph.Nodes.AddRange([turn, new("MatMul", ["xr", "kt"], ["s"]), new("Softmax", ["s"], ["p"]), new("MatMul", ["p", "pv"], ["o"]), new("Reshape", ["o", "flat"], ["y"])]);
        return model;
    }

    private static OnnxModel Step()
    {
        OnnxModel model = SmallModels.Model(17);
        foreach (string name in (string[])["k", "v"])
        {
            model.Graph.Inputs.Add(new(name, OnnxType.Tensor(OnnxElementType.Float32, 1, 1, Capacity, Depth)));
            model.Graph.Outputs.Add(new($"p{name}", OnnxType.Tensor(OnnxElementType.Float32, 1, 1, Capacity, Depth)));
        }

        model.Graph.Inputs.Add(new("x", OnnxType.Tensor(OnnxElementType.Float32, 1, 1, Depth)));
        model.Graph.Outputs.Add(new("y", OnnxType.Tensor(OnnxElementType.Float32, 1, 1, Depth)));
        return model;
    }
}
