namespace Inference.Benchmarks.Monitoring;

/// <summary>A model that costs nothing: <c>x: float32[N,width] → y: float32[N]</c>, always the same answer, which its callers share.</summary>
internal sealed class ConstantRunner : IModelRunner
{
    private readonly NamedValues _answer;

    public ConstantRunner(string name, int width, int rows)
    {
        Info = new ModelInfo
        {
            Name = name,
            Digest = name,
            Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(width)]))],
            Outputs = [new ModelPort("y", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N")]))],
            BatchAxis = 0,
            RowIndependent = true,
        };
        _answer = new NamedValues { ["y"] = TensorValue.Copy<float>([.. Enumerable.Range(0, rows).Select(i => (i + 0.5f) / rows)], [rows]) };
    }

    public ModelInfo Info { get; }

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(_answer);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => default;
}
