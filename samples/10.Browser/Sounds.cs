using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Inference;

namespace Browser;

/// <summary>Tells what a microphone hears; the model's state goes from one frame to the next.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Sounds
{
    private static readonly NamedValues s_inputs = new();
    private static IModelRunner? s_model;

    /// <summary>Loads the model and runs it once, so that the first answer is as fast as others.</summary>
    [JSExport]
    internal static Task Load(byte[] model)
    {
        s_model = ModelRunner.Load(ModelSource.Bytes(model));
        s_inputs["frame"] = TensorValue.Copy(new float[512], [1, 512]);
        s_inputs["state"] = TensorValue.Copy(new float[24], [1, 1, 24]);
        return s_model.WarmUpAsync();
    }

    /// <summary>Hears 32 ms.</summary>
    /// <param name="samples">512 samples of 16 kHz, −1 to 1.</param>
    /// <returns>The probabilities of background, tone, clap and voice.</returns>
    [JSExport]
    internal static double[] Hear(double[] samples)
    {
        Span<float> frame = s_inputs["frame"].AsWritableSpan<float>();
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = (float)samples[i];
        }

        using NamedValues outputs = s_model!.Run(s_inputs);
        outputs["next"].AsSpan<float>().CopyTo(s_inputs["state"].AsWritableSpan<float>());
        return Array.ConvertAll(outputs["probabilities"].AsSpan<float>().ToArray(), static p => (double)p);
    }
}
