namespace Inference.Operators.ControlFlow;

/// <summary>The values a Scan hands to its body and gets back, used again from run to run.</summary>
internal sealed unsafe class ScanBuffers(int inputs, int outputs)
{
    /// <summary>States, then slices of the scanned inputs.</summary>
    public EngineValue?[] Inputs { get; } = new EngineValue?[inputs];

    /// <summary>What even steps gave.</summary>
    public EngineValue?[] Outputs { get; } = new EngineValue?[outputs];

    /// <summary>What odd steps gave.</summary>
    public EngineValue?[] OtherOutputs { get; } = new EngineValue?[outputs];

    /// <summary>Lets go of values that are the caller's, and of the memory that slices are views of.</summary>
    /// <param name="states">The first inputs.</param>
    /// <param name="isView">For each scanned input, whether its slices are views.</param>
    public void Release(int states, ReadOnlySpan<bool> isView)
    {
        Inputs.AsSpan(0, states).Clear();
        for (int i = 0; i < isView.Length; i++)
        {
            if (isView[i])
            {
                ((Tensor)Inputs[states + i]!).Release();
            }
        }

        for (int i = 0; i < Outputs.Length; i++)
        {
            Outputs[i] = Kept(Outputs[i]);
            OtherOutputs[i] = Kept(OtherOutputs[i]);
        }
    }

    // Strings, sequences and optionals may be values that were passed in.
    private static Tensor? Kept(EngineValue? value) => value is Tensor { Type: not ElementType.String } tensor ? tensor : null;
}
