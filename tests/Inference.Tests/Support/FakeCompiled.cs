using Inference.Providers;

namespace Inference.Tests.Support;

/// <summary>A provider's model of one output that doubles its first input, or does what it is told.</summary>
/// <param name="run">The run: inputs, outputs; null doubles.</param>
internal sealed class FakeCompiled(FakeCompiled.Body? run = null) : CompiledModel
{
    public delegate void Body(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs);

    public int Disposals { get; private set; }

    public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (run is null)
        {
            Double(inputs, outputs);
        }
        else
        {
            run(inputs, outputs);
        }
    }

    protected override void Dispose(bool disposing) => Disposals++;

    /// <summary>Doubles the first input, into a filled slot in place.</summary>
    public static void Double(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs)
    {
        var x = (TensorValue)inputs[0];
        var y = (TensorValue)(outputs[0] ??= TensorValue.Allocate(ElementType.Float32, x.Shape));
        ReadOnlySpan<float> from = x.AsSpan<float>();
        Span<float> to = y.AsWritableSpan<float>();
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = 2 * from[i];
        }
    }
}
