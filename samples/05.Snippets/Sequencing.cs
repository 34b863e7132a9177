using Inference;
using Inference.Batching;
using Inference.Sequences;
using Inference.Versioning;
using Microsoft.Extensions.DependencyInjection;

namespace Snippets;

internal static class Sequencing
{
    public static async Task Use(IServiceCollection services, IServiceProvider provider, IAsyncEnumerable<float[]> microphone)
    {
        #region sequences-use
        services.AddModel("vad", o => o.Path = "silero_vad_v5.onnx")
                .UseSequences(o =>
                {
                    o.States.Add("stateN", "state", [2, 1, 128]);             // the output that a call leaves, the input that the next one takes it by
                    o.MaxSequences = 10_000;
                    o.IdleTimeout = TimeSpan.FromMinutes(5);
                });
        #endregion
        #region sequences-run
        var vad = provider.GetRequiredKeyedService<IModelRunner>("vad");
        using Sequence call = vad.StartSequence("call-42");
        await foreach (float[] chunk in microphone)
        {
            using var inputs = new NamedValues { ["input"] = TensorValue.Copy(chunk, [1, chunk.Length]), ["sr"] = TensorValue.Scalar(16_000L) };
            using NamedValues outputs = await call.RunAsync(inputs);
            Console.WriteLine(outputs["output"].AsSpan<float>()[0]);
        }
        #endregion
    }

    public static void WithoutServices()
    {
        #region sequences-runner
        using IModelRunner vad = ModelRunner.Load("silero_vad_v4.onnx").AsBuilder()
            .UseSequences(o =>
            {
                o.States.Add("hn", "h");
                o.States.Add("cn", "c");
            })
            .Build();
        #endregion
    }

    public static void Batched(IServiceCollection services)
    {
        #region sequences-batched
        services.AddModel("vad", o => o.Path = "silero_vad_v5.onnx")
                .UseSequences(o => o.States.Add("stateN", "state"))
                .UseBatching(o => o.MaxRows = 64)
                .UseBatchAxes(o =>
                {
                    o.Axes["state"] = 1;                                      // [2,N,128]
                    o.Axes["stateN"] = 1;
                });
        #endregion
    }

    public static void Growing(IModelBuilder decoder)
    {
        #region sequences-growing
        decoder.UseSequences(o =>
        {
            for (int layer = 0; layer < 12; layer++)
            {
                o.States.Add($"present_{layer}", $"past_{layer}", [2, 1, 12, 0, 64]);   // no tokens yet
            }
        });
        #endregion
    }

    public static void Versioned(IServiceCollection services)
    {
        #region sequences-versioned
        services.AddModel("vad", o => o.Path = "models/vad")
                .UseVersioning()
                .PerVersion(v => v.UseSequences(o => o.States.Add("stateN", "state", [2, 1, 128])));
        #endregion
    }
}
