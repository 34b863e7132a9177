using Inference;
using Inference.Providers;

namespace Consumer;

/// <summary>One node, compiled.</summary>
internal sealed class ScaleModel(float factor) : CompiledModel
{
    public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        var x = (TensorValue)inputs[0];
        var y = (TensorValue)(outputs[0] ??= TensorValue.Allocate(ElementType.Float32, x.Shape));
        ReadOnlySpan<float> from = x.AsSpan<float>();
        Span<float> to = y.AsWritableSpan<float>();
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = factor * from[i];
        }
    }
}
