using Inference.Loading;
using Inference.Providers;
using Inference.Serving;

namespace Inference.Placement;

/// <summary>Runs a part of the graph that another provider compiled.</summary>
internal sealed class CompiledCall(CompiledModel compiled, string provider, ModelValueType?[] outputs, bool repeats) : Operator, IDisposable
{
    /// <summary>False, so that no pass runs it at load, leaves it out or joins it with another.</summary>
    public override bool IsDeterministic => false;

    /// <summary>Whether the part gives equal outputs for equal inputs.</summary>
    public bool Repeats => repeats;

    protected override void InferOutputs(InferContext context)
    {
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is { } type)
            {
                // The provider's shapes are known after it has run; those stated in the file may be out of date.
                context.SetOutput(i, type.Kind == ModelValueKind.Tensor ? type with { Shape = null } : type);
            }
        }
    }

    public override void Run(KernelContext context)
    {
        var inputs = new ModelValue[context.InputCount];
        var results = new ModelValue?[outputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = context.InputValue(i) switch
            {
                Tensor { Type: not ElementType.String } tensor => new EngineTensorValue(tensor),
                { } value => ValueConversion.ToModel(value, context.Control.Memory),
                null => throw context.Error($"input {i}: expected a value for the part on '{provider}', got none."),
            };
        }

        try
        {
            compiled.Run(inputs, results, context.Cancellation);
            int kept = Array.FindIndex(inputs, static input => input is EngineTensorValue { IsPinned: true });
            if (kept >= 0)
            {
                throw context.Error($"the provider '{provider}' returned while input {kept} is still pinned; its memory is reused after the call. The provider must dispose its MemoryHandle, or Retain() the input.");
            }

            for (int i = 0; i < results.Length; i++)
            {
                if (context.HasOutput(i))
                {
                    Store(context, i, results[i] ?? throw context.Error($"the provider '{provider}' left output {i} empty."));
                }
            }
        }
        finally
        {
            foreach (ModelValue input in inputs)
            {
                input.Dispose();
            }

            foreach (ModelValue? result in results)
            {
                result?.Dispose();
            }
        }
    }

    public void Dispose() => compiled.Dispose();

    private static void Store(KernelContext context, int index, ModelValue value)
    {
        if (value is TensorValue { ElementType: not ElementType.String } tensor)
        {
            Tensor target = context.Output(index, tensor.ElementType, tensor.Shape);
            tensor.AsBytes().CopyTo(target.Bytes);
        }
        else
        {
            context.SetOutput(index, ValueConversion.ToEngine(value, context.Control.Memory));
        }
    }
}
