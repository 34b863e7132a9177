namespace Inference.Optimization.Quantization;

/// <summary>A second form of a layer to compare with its float form.</summary>
/// <param name="Input">How its input is quantized; null: not.</param>
/// <param name="WeightRows">Its weights as rows [N,K], such as decoded codes; null: the float ones.</param>
/// <param name="InputFactors">What its input is multiplied with before, for each channel of the last axis; null: nothing.</param>
internal sealed record LayerTrial(QuantizationParameters? Input = null, float[]? WeightRows = null, float[]? InputFactors = null);
