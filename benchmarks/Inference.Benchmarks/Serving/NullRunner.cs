using Inference.Rows;

namespace Inference.Benchmarks.Serving;

/// <summary>A model that costs nothing: <c>x: float32[N,64] → y: float32[N,2]</c>, always the same answer. Shows what the layers above cost.</summary>
internal sealed class NullRunner : IModelRunner
{
    private readonly NamedValues _one = new() { ["y"] = TensorValue.Copy<float>(new float[2], [1, 2]) };

    public ModelInfo Info { get; } = new()
    {
        Name = "null",
        Digest = "null",
        Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(64)]))],
        Outputs = [new ModelPort("y", ModelValueType.Tensor(ElementType.Float32, [Dimension.Named("N"), Dimension.Fixed(2)]))],
        BatchAxis = 0,
        RowIndependent = true,
    };

    public static NamedValues Row(int id)
    {
        float[] row = new float[64];
        row[0] = id;
        return new NamedValues { ["x"] = TensorValue.Copy<float>(row, [1, 64]) };
    }

    public ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        int rows = BatchRows.Count(inputs);
        return new(rows == 1 ? _one.Retain() : new NamedValues { ["y"] = TensorValue.Copy<float>(new float[rows * 2], [rows, 2]) });
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    public ValueTask DisposeAsync() => default;
}
