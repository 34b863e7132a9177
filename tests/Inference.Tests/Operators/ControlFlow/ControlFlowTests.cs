using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Operators.ControlFlow;

public sealed class ControlFlowTests
{
    private static readonly OnnxType s_float = OnnxType.Tensor(OnnxElementType.Float32);
    private static readonly OnnxType s_bool = OnnxType.Tensor(OnnxElementType.Bool);
    private static readonly OnnxType s_long = OnnxType.Tensor(OnnxElementType.Int64);

    [Fact]
    public void If_RunsOneBranch_WhichSeesOuterValues()
    {
        var node = new OnnxNode("If", ["c"], ["y"]);
        node.Attributes.Add(OnnxAttribute.FromGraph("then_branch", Branch("Neg")));
        node.Attributes.Add(OnnxAttribute.FromGraph("else_branch", Branch("Abs")));
        byte[] model = Model([node], [new("x", s_float), new("c", s_bool)], ["y"]);
        Assert.Equal([1f, -2], Run(model, ("x", Floats(-1, 2)), ("c", Scalar(true)))[0]);
        Assert.Equal([1f, 2], Run(model, ("x", Floats(-1, 2)), ("c", Scalar(false)))[0]);
    }

    [Fact]
    public void Loop_CarriesAndStacks_UntilTheCountOrTheCondition()
    {
        byte[] model = Model([Loop()], [new("n", s_long), new("x", s_float)], ["sum", "all"]);
        float[][] y = Run(model, ("n", Scalar(3L)), ("x", Floats(1)));
        Assert.Equal([8f], y[0]);
        Assert.Equal([2f, 4, 8], y[1]);

        // The body stops once the sum is no longer below 10.
        y = Run(model, ("n", Scalar(100L)), ("x", Floats(1)));
        Assert.Equal([16f], y[0]);
        Assert.Equal([2f, 4, 8, 16], y[1]);
    }

    [Fact]
    public void Loop_NoIterations_GivesWhatCameIn()
    {
        float[][] y = Run(Model([Loop()], [new("n", s_long), new("x", s_float)], ["sum", "all"]), ("n", Scalar(0L)), ("x", Floats(1)));
        Assert.Equal([1f], y[0]);
        Assert.Empty(y[1]);
    }

    [Fact]
    public void Scan_StateAndStackedOutputs_ForwardAndBackward()
    {
        foreach ((long direction, float[] sums) in ((long, float[])[])[(0, [1, 3, 6]), (1, [3, 5, 6])])
        {
            var body = new OnnxGraph { Name = "body" };
            body.Inputs.AddRange([new("s", s_float), new("v", s_float)]);
            body.Nodes.Add(new("Add", ["s", "v"], ["s2"]));
            body.Nodes.Add(new("Identity", ["s2"], ["o"]));
            body.Outputs.AddRange([new("s2", s_float), new("o", s_float)]);
            var node = new OnnxNode("Scan", ["start", "x"], ["last", "sums"]);
            node.Attributes.Add(OnnxAttribute.FromGraph("body", body));
            node.Attributes.Add(OnnxAttribute.FromInt("num_scan_inputs", 1));
            node.Attributes.Add(OnnxAttribute.FromInts("scan_input_directions", direction));
            float[][] y = Run(Model([node], [new("start", s_float), new("x", s_float)], ["last", "sums"]), ("start", TensorValue.Copy<float>([0f], [])), ("x", Floats(1, 2, 3)));
            Assert.Equal([6f], y[0]);
            Assert.Equal(sums, y[1]);
        }
    }

    [Fact]
    public void Function_OfTheModel_IsExpanded_WithItsAttributes()
    {
        OnnxModel model = SmallModels.Model(13);
        var function = new OnnxFunction { Name = "Leak", Domain = "own" };
        function.Inputs.Add("a");
        function.Outputs.Add("b");
        function.AttributeNames.Add("slope");
        var inner = new OnnxNode("LeakyRelu", ["a"], ["b"]);
        inner.Attributes.Add(OnnxAttribute.Reference("alpha", OnnxAttributeKind.Float, "slope"));
        function.Nodes.Add(inner);
        function.OperatorSets.Add(new("", 13));
        model.Functions.Add(function);
        model.OperatorSets.Add(new("own", 1));
        model.Graph.Inputs.Add(new("x", s_float));
        var call = new OnnxNode("Leak", ["x"], ["y"], "own");
        call.Attributes.Add(OnnxAttribute.FromFloat("slope", 0.5f));
        model.Graph.Nodes.Add(call);
        model.Graph.Outputs.Add(new("y", s_float));
        Assert.Equal([-1f, 2], Run(model.ToArray(), ("x", Floats(-2, 2)))[0]);
    }

    // The place of the sum is planned before anybody knows which branch runs.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void If_BranchesOfOtherTypes_GiveAnAnswerOrAnError(bool condition)
    {
        var cast = new OnnxGraph { Name = "cast" };
        var toDouble = new OnnxNode("Cast", ["x"], ["r"]);
        toDouble.Attributes.Add(OnnxAttribute.FromInt("to", (long)ElementType.Float64));
        cast.Nodes.Add(toDouble);
        cast.Outputs.Add(new("r", OnnxType.Tensor(OnnxElementType.Float64)));
        var node = new OnnxNode("If", ["c"], ["t"]);
        node.Attributes.Add(OnnxAttribute.FromGraph("then_branch", cast));
        node.Attributes.Add(OnnxAttribute.FromGraph("else_branch", Branch("Abs")));
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Initializers.Add(OnnxTensor.Create<long>("flat", [-1L], 1));
        model.Graph.Nodes.AddRange([node, new("Reshape", ["t", "flat"], ["v"])]);
        var sum = new OnnxNode("ReduceSum", ["v"], ["y"]);
        sum.Attributes.Add(OnnxAttribute.FromInt("keepdims", 0));
        model.Graph.Nodes.Add(sum);
        model.Graph.Inputs.AddRange([new("x", s_float), new("c", s_bool)]);
        model.Graph.Outputs.Add(new("y", s_float));
        try
        {
            using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model.ToArray()));
            using var inputs = new NamedValues();
            inputs.Add("x", Floats(1, 2, 3));
            inputs.Add("c", Scalar(condition));
            using NamedValues outputs = runner.Run(inputs);
            TensorValue y = outputs["y"];
            Assert.Equal(6, y.ElementType == ElementType.Float64 ? y.AsSpan<double>()[0] : y.AsSpan<float>()[0]);
        }
        catch (InferenceException exception)
        {
            Assert.True(exception.InnerException is null or InferenceException, exception.ToString());
        }
    }

    private static OnnxGraph Branch(string operation)
    {
        var graph = new OnnxGraph { Name = operation };
        graph.Nodes.Add(new(operation, ["x"], ["r"]));
        graph.Outputs.Add(new("r", s_float));
        return graph;
    }

    // v ← v + v while v < 10.
    private static OnnxNode Loop()
    {
        var body = new OnnxGraph { Name = "body" };
        body.Inputs.AddRange([new("i", s_long), new("go", s_bool), new("v", s_float)]);
        body.Initializers.Add(OnnxTensor.Create<float>("ten", [10f]));
        body.Nodes.Add(new("Add", ["v", "v"], ["v2"]));
        body.Nodes.Add(new("Squeeze", ["v2"], ["o"]));
        body.Nodes.Add(new("Less", ["o", "ten"], ["go2"]));
        body.Outputs.AddRange([new("go2", s_bool), new("v2", s_float), new("o", s_float)]);
        var node = new OnnxNode("Loop", ["n", "", "x"], ["sum", "all"]);
        node.Attributes.Add(OnnxAttribute.FromGraph("body", body));
        return node;
    }

    private static byte[] Model(OnnxNode[] nodes, OnnxValueInfo[] inputs, string[] outputs)
    {
        OnnxModel model = SmallModels.Model(13);
        model.Graph.Nodes.AddRange(nodes);
        model.Graph.Inputs.AddRange(inputs);
        model.Graph.Outputs.AddRange(outputs.Select(o => new OnnxValueInfo(o, s_float)));
        return model.ToArray();
    }

    private static TensorValue Floats(params float[] values) => TensorValue.Copy<float>(values, [values.Length]);

    private static TensorValue Scalar<T>(T value) => TensorValue.Copy<T>([value], []);

    private static float[][] Run(byte[] model, params (string Name, TensorValue Value)[] inputs)
    {
        using IModelRunner runner = ModelRunner.Load(ModelSource.Bytes(model));
        var values = new NamedValues();
        foreach ((string name, TensorValue value) in inputs)
        {
            values.Add(name, value);
        }

        using NamedValues outputs = runner.Run(values);
        return [.. runner.Info.Outputs.Select(o => outputs[o.Name].AsSpan<float>().ToArray())];
    }
}
