namespace Inference.Benchmarks.Monitoring;

/// <summary>A model that costs nothing: <c>x: float32[N,width] → y: float32[N]</c>, always the same answer. Each thread has one of its own, as the answers of a model are: threads that count references of one tensor wait for each other.</summary>
internal sealed class ConstantRunner : IModelRunner
{
    private readonly ThreadLocal<NamedValues> _answers;

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
        _answers = new ThreadLocal<NamedValues>(() => new NamedValues { ["y"] = TensorValue.Copy<float>([.. Enumerable.Range(0, rows).Select(i => (i + 0.5f) / rows)], [rows]) });
    }

    public ModelInfo Info { get; }

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default) => new(_answers.Value!);

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => _answers.Dispose();

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }
}
