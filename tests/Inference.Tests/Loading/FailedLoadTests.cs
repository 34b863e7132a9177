using Inference.Onnx;
using Inference.Serving;
using Inference.Tests.Support;

namespace Inference.Tests.Loading;

/// <summary>Whatever a load took over is let go of where it fails, once.</summary>
public sealed class FailedLoadTests
{
    [Fact]
    public void Load_WholeModelWhoseRowsMeet_DisposesTheProvidersModel()
    {
        // The first row of all is added to each.
        var compiled = new FakeCompiled((inputs, outputs) =>
        {
            FakeCompiled.Double(inputs, outputs);
            Span<float> y = ((TensorValue)outputs[0]!).AsWritableSpan<float>();
            float first = y[0];
            for (int i = 0; i < y.Length; i++)
            {
                y[i] += first;
            }
        });
        ModelLoadException error = Assert.Throws<ModelLoadException>(() => Load("y = Relu(x)", compiled, [], o => o.AssertRowIndependent = true));
        Assert.Contains("AssertRowIndependent was set, but row", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, compiled.Disposals);
    }

    [Fact]
    public void Load_WholeModelThatFailsItsTrial_DisposesTheProvidersModel()
    {
        var compiled = new FakeCompiled((_, _) => throw new ModelRunException("broken"));
        Assert.ThrowsAny<InferenceException>(() => Load("m = ReduceMax(x, [0]) keepdims=1; y = Sub(x, m)", compiled, [], o => o.AssertRowIndependent = true));
        Assert.Equal(1, compiled.Disposals);
    }

    [Fact]
    public void Load_PartsOfAModelWhoseRowsMeet_DisposesEachOnce()
    {
        var compiled = new FakeCompiled();
        Assert.Throws<ModelLoadException>(() => Load("a = Relu(x); m = ReduceMax(a, [0]) keepdims=1; y = Sub(a, m)", compiled, ["Relu"], o => o.AssertRowIndependent = true));
        Assert.Equal(1, compiled.Disposals);
    }

    [Fact]
    public void Load_PartBesideAnOperatorThatNobodyHas_DisposesThePart()
    {
        var compiled = new FakeCompiled();
        Assert.Throws<UnsupportedModelException>(() => Load("a = Relu(x); y = Nobody(a)", compiled, ["Relu"]));
        Assert.Equal(1, compiled.Disposals);
    }

    [Fact]
    public void Load_CompileFailsAfterAnotherPart_DisposesThatPart()
    {
        var compiled = new FakeCompiled();
        var failing = new PartProvider("failing", "Neg") { Compiles = _ => throw new InvalidOperationException("broken") };
        Assert.Throws<ModelLoadException>(() => Load("a = Relu(x); y = Neg(a)", compiled, ["Relu"], null, failing));
        Assert.Equal(1, compiled.Disposals);
    }

    [Fact]
    public void Bind_Fails_LetsTheRunnerBeDisposed()
    {
        var model = new Unbindable();
        var runner = new ServingRunner(model, new());
        Assert.Throws<InvalidOperationException>(() => runner.Bind());
        runner.Dispose();
        Assert.Equal(1, model.Disposals);
    }

    private static void Load(string text, FakeCompiled compiled, string[] operators, Action<ModelLoadOptions>? configure = null, params PartProvider[] more)
    {
        PartProvider[] providers = [new("fake", operators) { Compiles = _ => compiled }, .. more];
        var options = new ModelLoadOptions();
        Array.ForEach(providers, p => options.Providers.Add(p.Name));
        configure?.Invoke(options);
        new ModelLoader(providers).Load(ModelSource.Bytes(ModelText.Read("x: N,3", text).ToArray()), options).Dispose();
    }

    private sealed class Unbindable : ServedModel
    {
        public int Disposals { get; private set; }

        public override ModelInfo Info { get; } = new() { Name = "unbindable", Digest = "", Inputs = [], Outputs = [] };

        public override object NewCall() => new();

        public override NamedValues Run(NamedValues inputs, in CallLimits limits, object call) => [];

        public override bool AffordsTrial(NamedValues inputs) => false;

        public override BoundRun Bind(RunGate gate, TimeSpan? maxRunTime, TimeProvider clock) => throw new InvalidOperationException("broken");

        public override void Dispose() => Disposals++;
    }
}
