using Inference;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

#region typed-class
[ModelSignature("ranker.onnx", Inputs = "features: float32[N,64]", Outputs = "score: float32[N]")]
internal sealed partial class Ranker;
#endregion

internal static class Typed
{
    public static void One(IModelRunner runner, float[] data)
    {
        #region one-input
        using TensorValue score = runner.Run("features", data, [8, 64]);
        #endregion
    }

    public static void Run(IModelRunner runner, float[] data)
    {
        #region typed-run
        var ranker = new Ranker(runner);
        using Ranker.Result y = ranker.Run(data);                             // 8 · 64 elements are 8 rows
        foreach (float score in y.Score.Span)
        {
            Console.WriteLine(score);
        }
        #endregion
    }

    public static void Services(IServiceCollection services)
    {
        #region typed-services
        services.AddModel("ranker", o => o.Path = "models/ranker.onnx");
        services.AddSingleton(s => new Ranker(s.GetRequiredKeyedService<IModelRunner>("ranker")));
        #endregion
    }
}
