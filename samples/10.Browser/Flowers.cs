using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using Inference;

namespace Browser;

/// <summary>Tells the kind of an iris by four measurements.</summary>
[SupportedOSPlatform("browser")]
internal static partial class Flowers
{
    private static IModelRunner? s_model;

    /// <summary>Loads the model and runs it once, so that the first answer is as fast as others.</summary>
    [JSExport]
    internal static Task Load(byte[] model)
    {
        s_model = ModelRunner.Load(ModelSource.Bytes(model));
        return s_model.WarmUpAsync();
    }

    /// <summary>Tells the kind.</summary>
    /// <param name="measurements">Length and width of a sepal, length and width of a petal, cm.</param>
    /// <returns>The probabilities of setosa, versicolor and virginica.</returns>
    [JSExport]
    internal static double[] Tell(double[] measurements)
    {
        using var inputs = new NamedValues { ["measurements"] = TensorValue.Copy(Array.ConvertAll(measurements, static m => (float)m), [1, 4]) };
        using NamedValues outputs = s_model!.Run(inputs);
        return Array.ConvertAll(outputs["probabilities"].AsSpan<float>().ToArray(), static p => (double)p);
    }
}
