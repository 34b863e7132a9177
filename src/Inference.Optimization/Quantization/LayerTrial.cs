namespace Inference.Optimization.Quantization;

/// <summary>A second form of a layer to compare with its float form.</summary>
/// <param name="Input">How its input is quantized; null if it is not.</param>
/// <param name="WeightRows">Its weights as rows [N,K], such as decoded codes; null for the float ones.</param>
/// <param name="InputFactors">Factors that its input is multiplied by first, one for each input channel; null for none.</param>
internal sealed record LayerTrial(QuantizationParameters? Input = null, float[]? WeightRows = null, float[]? InputFactors = null);
