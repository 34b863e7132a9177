using Inference.Serving;

namespace Inference.Providers;

/// <summary>A graph compiled by the managed engine, called by position.</summary>
internal sealed class CpuCompiledModel(ServingRunner runner) : CompiledModel
{
    public override void Run(ReadOnlySpan<ModelValue> inputs, Span<ModelValue?> outputs, CancellationToken cancellationToken)
    {
        ModelInfo info = runner.Info;
        if (inputs.Length != info.Inputs.Count || outputs.Length != info.Outputs.Count)
        {
            throw new InvalidInputException($"Model '{info.Name}': expected {info.Inputs.Count} inputs and {info.Outputs.Count} output entries, got {inputs.Length} and {outputs.Length}.");
        }

        // Not disposed: the inputs remain owned by the caller.
        var named = new NamedValues(inputs.Length);
        for (int i = 0; i < inputs.Length; i++)
        {
            named.SetValue(info.Inputs[i].Name, inputs[i]);
        }

        // Completes synchronously.
        NamedValues results = runner.RunAsync(named, null, cancellationToken).GetAwaiter().GetResult();
        try
        {
            Check(info, outputs, results);
        }
        catch
        {
            results.Dispose();
            throw;
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            ModelValue value = results.GetValue(info.Outputs[i].Name);
            if (outputs[i] is TensorValue filled)
            {
                var tensor = (TensorValue)value;
                if (tensor.ElementType == ElementType.String)
                {
                    tensor.AsSpan<string>().CopyTo(filled.AsWritableSpan<string>());
                }
                else
                {
                    tensor.AsBytes().CopyTo(filled.AsWritableBytes());
                }

                value.Dispose();
            }
            else
            {
                outputs[i] = value;
            }
        }
    }

    protected override void Dispose(bool disposing) => runner.Dispose();

    private static void Check(ModelInfo info, ReadOnlySpan<ModelValue?> slots, NamedValues results)
    {
        for (int i = 0; i < slots.Length; i++)
        {
            if (slots[i] is not { } slot)
            {
                continue;
            }

            ModelValue value = results.GetValue(info.Outputs[i].Name);
            if (slot is not TensorValue filled || value is not TensorValue tensor
                || filled.ElementType != tensor.ElementType || !filled.Shape.SequenceEqual(tensor.Shape))
            {
                throw new InvalidInputException($"Model '{info.Name}', output '{info.Outputs[i].Name}': expected null or a tensor {value}, got {slot}. Pass null to have the output allocated.");
            }
        }
    }
}
