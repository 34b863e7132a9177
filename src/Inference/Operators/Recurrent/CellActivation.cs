namespace Inference.Operators.Recurrent;

/// <summary>An activation of a recurrent cell with its parameters. Source: ONNX RNN, GRU and LSTM, opset 22.</summary>
/// <param name="Function">Which function.</param>
/// <param name="Alpha">α, where it has one.</param>
/// <param name="Beta">β, where it has one.</param>
internal readonly record struct CellActivation(CellFunction Function, float Alpha, float Beta)
{
    /// <summary>Reads a name, in any case of letters, and takes the parameters the function has from the front of the lists.</summary>
    public static CellActivation Read(string name, ref ReadOnlySpan<float> alphas, ref ReadOnlySpan<float> betas)
    {
        (CellFunction function, float? alpha, float? beta) = name.ToUpperInvariant() switch
        {
            "SIGMOID" => (CellFunction.Sigmoid, (float?)null, (float?)null),
            "TANH" => (CellFunction.Tanh, null, null),
            "RELU" => (CellFunction.Relu, null, null),
            "SOFTSIGN" => (CellFunction.Softsign, null, null),
            "SOFTPLUS" => (CellFunction.Softplus, null, null),
            "LEAKYRELU" => (CellFunction.LeakyRelu, 0.01f, null),
            "THRESHOLDEDRELU" => (CellFunction.ThresholdedRelu, 1f, null),
            "ELU" => (CellFunction.Elu, 1f, null),
            "AFFINE" => (CellFunction.Affine, 1f, 0f),
            "SCALEDTANH" => (CellFunction.ScaledTanh, 1f, 1f),
            "HARDSIGMOID" => (CellFunction.HardSigmoid, 0.2f, 0.5f),
            _ => throw new ModelLoadException(
                $"attribute 'activations': expected Affine, Elu, HardSigmoid, LeakyRelu, Relu, ScaledTanh, Sigmoid, Softplus, Softsign, Tanh or ThresholdedRelu, got '{name}'."),
        };
        return new(function, Take(alpha, ref alphas), Take(beta, ref betas));
    }

    private static float Take(float? byDefault, ref ReadOnlySpan<float> given)
    {
        if (byDefault is not { } value)
        {
            return 0;
        }

        if (given.Length == 0)
        {
            return value;
        }

        value = given[0];
        given = given[1..];
        return value;
    }
}
