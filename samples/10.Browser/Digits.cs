using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Inference;

namespace Browser;

/// <summary>Recognises digits.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Digits
{
    private static IModelRunner? s_model;

    /// <summary>Loads the model and runs it once, so that the first answer is as fast as others.</summary>
    [JSExport]
    internal static Task Load(byte[] model)
    {
        s_model = ModelRunner.Load(ModelSource.Bytes(model));
        return s_model.WarmUpAsync();
    }

    /// <summary>Recognises a digit.</summary>
    /// <param name="pixels">28 × 28, from 0, the paper, to 255, the pen.</param>
    /// <returns>The probability of each digit.</returns>
    [JSExport]
    internal static double[] Recognise(byte[] pixels)
    {
        float[] levels = Array.ConvertAll(pixels, static p => p / 255f);
        using var inputs = new NamedValues { ["pixels"] = TensorValue.Copy(levels, [1, 1, 28, 28]) };
        using NamedValues outputs = s_model!.Run(inputs);
        return Array.ConvertAll(outputs["probabilities"].AsSpan<float>().ToArray(), static p => (double)p);
    }
}
