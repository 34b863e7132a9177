using Inference;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Running
{
    public static void First(float[] data)
    {
        #region readme-run
        using IModelRunner ranker = ModelRunner.Load("ranker.onnx");
        using var inputs = new NamedValues { ["features"] = TensorValue.Copy<float>(data, [8, 64]) };
        using NamedValues y = ranker.Run(inputs);
        ReadOnlySpan<float> score = y["score"].AsSpan<float>();
        #endregion
    }

    public static void Borrow(IModelRunner ranker, float[] data)
    {
        #region borrow
        // Read in place: nothing is copied, and the array must stay alive and unchanged during the call.
        using var inputs = new NamedValues { ["features"] = TensorValue.Borrow<float>(data, [8, 64]) };
        #endregion
    }

    public static void Bound(IModelRunner ranker, float[] data, IEnumerable<float[]> requests)
    {
        #region bound
        using BoundRun run = ranker.Bind();
        run.SetInput("features", TensorValue.Borrow<float>(data, [8, 64]));
        foreach (float[] request in requests)
        {
            request.CopyTo(data, 0);
            run.Run();                                                        // allocates nothing
            ReadOnlySpan<float> score = run.GetOutput("score").AsSpan<float>();
        }
        #endregion
    }

    public static void Info(IModelRunner ranker)
    {
        #region info
        ModelInfo info = ranker.Info;
        Console.WriteLine($"{info.Name} on {info.Provider}, SHA-256 {info.Digest}");
        Console.WriteLine($"takes {string.Join(", ", info.Inputs)}, gives {string.Join(", ", info.Outputs)}");
        Console.WriteLine($"rows are independent: {info.RowIndependent}");
        #endregion
    }

    public static async Task Calling(IModelRunner ranker, NamedValues inputs, CancellationToken cancellationToken)
    {
        #region context
        var context = new RunContext
        {
            Deadline = DateTimeOffset.UtcNow.AddMilliseconds(20),
            Priority = RunPriority.High,
            RoutingKey = "user-42",                                           // the same user stays on the same version
        };
        using NamedValues outputs = await ranker.RunAsync(inputs, context, cancellationToken);
        Console.WriteLine(context.Record);
        #endregion
    }

    public static void Services(IServiceCollection services)
    {
        #region services
        services.AddModel("ranker", o => o.Path = "models/ranker.onnx");
        services.AddHealthChecks().AddModels();
        #endregion
    }
}

#region inject
internal sealed class Recommendations([FromKeyedServices("ranker")] IModelRunner ranker)
{
    public async Task<float[]> ScoreAsync(float[] features, int rows, CancellationToken cancellationToken)
    {
        using var inputs = new NamedValues { ["features"] = TensorValue.Borrow<float>(features, [rows, features.Length / rows]) };
        using NamedValues outputs = await ranker.RunAsync(inputs, cancellationToken: cancellationToken);
        return outputs["score"].AsSpan<float>().ToArray();
    }
}
#endregion
