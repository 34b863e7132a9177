using Inference.Onnx;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>A load imports its file once, and what is placed is replaced in the graph that came of it.</summary>
public sealed class SingleImportTests
{
    private const string Inputs = "x: N,3";
    private static readonly float[] s_rows = [1f, -2f, 3f, -4f, 5f, -6f];

    [Theory]
    [InlineData("y = Relu(x)", true)]
    // Rows meet: every proof is tried, that on folded constants too.
    [InlineData("m = ReduceMax(x, [0]) keepdims=1; y = Sub(x, m)", false)]
    public void Load_Plain_ImportsOnce(string text, bool independent)
    {
        using IModelRunner runner = Load(ModelText.Read(Inputs, text), [], out int imports);
        Assert.Equal((1, independent), (imports, runner.Info.RowIndependent));
    }

    [Fact]
    public void Load_WholeModelClaimed_ImportsOnce()
    {
        var whole = new PartProvider("whole");
        using IModelRunner runner = Load(ModelText.Read(Inputs, "y = Relu(x)"), [whole], out int imports);
        Assert.Equal((1, "whole", "Relu"), (imports, runner.Info.Provider, string.Join('|', whole.Parts)));
        Assert.Equal([1f, 0f, 3f, 0f, 5f, 0f], Run(runner));
    }

    [Fact]
    public void Load_PartsOfTwoProviders_ImportsOnceAndGivesTheSame()
    {
        const string Text = "a = Relu(x); b = Neg(a); c = Exp(b); d = Add(c, a); e = Relu(d); y = Sub(e, b)";
        (PartProvider left, PartProvider right) = (new("left", "Relu", "Add"), new("right", "Exp"));
        using IModelRunner plain = Load(ModelText.Read(Inputs, Text), [], out _);
        using IModelRunner placed = Load(ModelText.Read(Inputs, Text), [left, right], out int imports);
        Assert.Equal((1, "left+right+cpu"), (imports, placed.Info.Provider));
        Assert.Equal(("Relu|Add Relu", "Exp"), (string.Join('|', left.Parts), string.Join('|', right.Parts)));
        Assert.Equal(Run(plain), Run(placed));
    }

    [Fact]
    public void Load_CompileFails_ImportsOnceAndLeavesTheRestPlaced()
    {
        var failing = new PartProvider("failing", "Relu") { Compiles = _ => throw new ProviderException("no") };
        var right = new PartProvider("right", "Exp");
        using IModelRunner placed = Load(ModelText.Read(Inputs, "a = Exp(x); b = Neg(a); y = Relu(b)"), [failing, right], out int imports);
        Assert.Equal((1, "right+cpu"), (imports, placed.Info.Provider));
        Assert.Equal([0f, 0f, 0f, 0f, 0f, 0f], Run(placed));
    }

    [Fact]
    public void Load_CompileFailsAndFails_DisposesTheOtherParts()
    {
        var first = new FakeCompiled();
        OnnxModel model = ModelText.Read(Inputs, "a = Exp(x); b = Neg(a); y = Relu(b)");
        var taking = new PartProvider("taking", "Exp") { Compiles = _ => first };
        var failing = new PartProvider("failing", "Relu") { Compiles = _ => throw new ProviderException("no") };
        Assert.ThrowsAny<InferenceException>(() => Load(model, [taking, failing], out _, o => o.FailOnProviderError = true));
        Assert.Equal(1, first.Disposals);
    }

    [Fact]
    public void Load_OperatorThatTheEngineLacks_GoesToTheProviderBehindIt()
    {
        var custom = new PartProvider("custom", "Double") { Compiles = _ => new FakeCompiled() };
        using IModelRunner runner = Load(Custom(), [custom], out int imports, o => o.Providers.Insert(0, "cpu"));
        Assert.Equal((1, "custom+cpu"), (imports, runner.Info.Provider));
        Assert.Equal([2f, 0f, 6f, 0f, 10f, 0f], Run(runner));
    }

    [Fact]
    public void Load_OperatorThatNobodyHas_IsListed()
    {
        var other = new PartProvider("other", "Relu");
        UnsupportedModelException error = Assert.Throws<UnsupportedModelException>(() => Load(Custom(), [other], out _));
        Assert.Equal(["com.example.Double-1"], error.Operators);
    }

    [Fact]
    public void Load_PlacedCallOfAFunction_MakesEachOutputOnce()
    {
        // The function hands its input on, and one value twice.
        OnnxModel model = ModelText.Read(Inputs, "a = Neg(x); y = Abs(x)");
        model.OperatorSets.Add(new("local", 1));
        var function = new OnnxFunction { Name = "F", Domain = "local" };
        function.Inputs.Add("v");
        function.Outputs.AddRange(["v", "w", "w"]);
        function.OperatorSets.Add(new("", 18));
        function.Nodes.Add(new("Relu", ["v"], ["w"]));
        model.Functions.Add(function);
        model.Graph.Nodes[1] = new("F", ["a"], ["p", "q", "r"], "local");
        model.Graph.Nodes.Add(new("Sum", ["a", "p", "q", "r"], ["y"]));
        var taking = new PartProvider("taking", "F");
        using IModelRunner plain = Load(model, [], out _);
        using IModelRunner placed = Load(model, [taking], out int imports);
        Assert.Equal((1, "F"), (imports, string.Join('|', taking.Parts)));
        Assert.Equal([-2f, 8f, -6f, 16f, -10f, 24f], Run(plain));
        Assert.Equal(Run(plain), Run(placed));
    }

    [Fact]
    public void Run_PlacedModelWithADefaultOverridden_UsesTheValue()
    {
        OnnxModel model = ModelText.Read("x: N,3; s: 1", "a = Exp(x); b = Mul(a, s); y = Relu(b)");
        model.Graph.Initializers.Add(OnnxTensor.Create<float>("s", [1f], 1));
        using IModelRunner placed = Load(model, [new PartProvider("part", "Mul")], out int imports);
        Assert.Equal(1, imports);
        using TensorValue two = TensorValue.Copy<float>([2f], [1]);
        float[] once = Run(placed);
        Assert.Equal([.. once.Select(v => 2 * v)], Run(placed, ("s", two)));
    }

    private static OnnxModel Custom()
    {
        OnnxModel model = ModelText.Read(Inputs, "a = Relu(x); y = Relu(a)");
        model.OperatorSets.Add(new("com.example", 1));
        model.Graph.Nodes[1] = new("Double", ["a"], ["y"], "com.example");
        return model;
    }

    private static IModelRunner Load(OnnxModel model, PartProvider[] providers, out int imports, Action<ModelLoadOptions>? configure = null)
    {
        var options = new ModelLoadOptions();
        Array.ForEach(providers, p => options.Providers.Add(p.Name));
        configure?.Invoke(options);
        RunControl control = RunControl.ForLoad(options, CancellationToken.None);
        IModelRunner runner = new ModelLoader(providers).Load(ModelSource.Bytes(model.ToArray()), options, control);
        imports = control.Imports;
        return runner;
    }

    private static float[] Run(IModelRunner runner, params (string Name, TensorValue Value)[] more)
    {
        using TensorValue x = TensorValue.Copy<float>(s_rows, [2, 3]);
        var inputs = new NamedValues { ["x"] = x };
        foreach ((string name, TensorValue value) in more)
        {
            inputs.Add(name, value);
        }

        using NamedValues outputs = runner.Run(inputs);
        return outputs["y"].AsSpan<float>().ToArray();
    }
}
