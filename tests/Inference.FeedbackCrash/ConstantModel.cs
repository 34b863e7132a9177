namespace Inference.FeedbackCrash;

/// <summary>A model that always answers the same: <c>x: float32[N,2] → y: float32[N]</c>.</summary>
internal sealed class ConstantModel : IModelRunner
{
    public ModelInfo Info { get; } = new()
    {
        Name = "constant",
        Version = "1",
        Digest = "constant",
        Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(2)]))],
        Outputs = [new ModelPort("y", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N")]))],
        BatchAxis = 0,
    };

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        long rows = inputs["x"].Shape[0];
        return new(new NamedValues { ["y"] = TensorValue.Copy<float>(new float[rows], [rows]) });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => default;
}
