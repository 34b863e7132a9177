using Inference.Batching;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Sequences.Tests;

/// <summary>Voice activity detection: recurrent models whose states have their rows along axis 1.</summary>
public sealed class SileroTests
{
    private const int Chunk = 512;

    [SharedDataTheory("models/silero_vad_v5")]
    [InlineData("silero_vad_v5", "state")]
    [InlineData("silero_vad_v4", "h,c")]
    public async Task RunAsync_StreamOfChunks_EqualsStatesPassedByHand(string name, string states)
    {
        using IModelRunner model = ModelRunner.Load(TestData.Path("models", name, "model.onnx"));
        float[] expected = ByHand(model, states.Split(','), seed: 1, chunks: 40);
        using IModelRunner runner = ModelRunner.Load(TestData.Path("models", name, "model.onnx")).AsBuilder().UseSequences(o => Add(o, name, Alone)).Build();
        Assert.Equal(["input", "sr"], runner.Info.Inputs.Select(p => p.Name));
        using Sequence sequence = runner.StartSequence("a");
        float[] answers = new float[expected.Length];
        for (int i = 0; i < answers.Length; i++)
        {
            using NamedValues inputs = Inputs(1, i, []);
            using NamedValues outputs = await sequence.RunAsync(inputs);
            answers[i] = outputs["output"].AsSpan<float>()[0];
        }

        Assert.Equal(expected, answers);
    }

    [SharedDataTheory("models/silero_vad_v5")]
    [InlineData("silero_vad_v5", "state")]
    [InlineData("silero_vad_v4", "h,c")]
    public async Task RunAsync_BatchedStreams_EqualSeparateRuns(string name, string states)
    {
        const int streams = 8, chunks = 20;
        using IModelRunner model = ModelRunner.Load(TestData.Path("models", name, "model.onnx"));
        float[][] expected = [.. Enumerable.Range(0, streams).Select(s => ByHand(model, states.Split(','), s, chunks))];
        using IModelRunner runner = ModelRunner.Load(TestData.Path("models", name, "model.onnx")).AsBuilder()
            .UseSequences(o => Add(o, name, null))
            .UseBatching(o => (o.StepAside, o.RunInlineWhenIdle, o.MaxRows, o.MaxDelay) = (false, false, streams, TimeSpan.FromSeconds(1)))
            .UseBatchAxes(o =>
            {
                foreach (string port in (string[])["state", "stateN", "h", "hn", "c", "cn"])
                {
                    if (model.Info.Inputs.Concat(model.Info.Outputs).Any(p => p.Name == port))
                    {
                        o.Axes[port] = 1;
                    }
                }
            })
            .Build();
        Sequence[] sequences = [.. Enumerable.Range(0, streams).Select(s => runner.StartSequence($"{s}"))];
        var shared = new HashSet<string>();
        for (int i = 0; i < chunks; i++)
        {
            RunContext[] contexts = [.. sequences.Select(_ => new RunContext())];
            float[] answers = await Task.WhenAll(sequences.Select(async (sequence, s) =>
            {
                using NamedValues inputs = Inputs(s, i, [1]);
                using NamedValues outputs = await sequence.RunAsync(inputs, contexts[s]);
                return outputs["output"].AsSpan<float>()[0];
            }));
            shared.UnionWith(contexts.SelectMany(c => c.Record.Path));

            // Other kernels serve other numbers of rows; their sums differ by rounding.
            Assert.All(answers, (answer, s) => Assert.Equal(expected[s][i], answer, 1e-5));
        }

        Assert.Contains($"batch:{streams}", shared);
        Assert.All(sequences, s => s.Dispose());
    }

    private static IReadOnlyList<long>? Alone(string name) => name == "silero_vad_v5" ? [2, 1, 128] : null;

    private static void Add(SequenceOptions options, string name, Func<string, IReadOnlyList<long>?>? shape)
    {
        if (name == "silero_vad_v5")
        {
            options.States.Add("stateN", "state", shape?.Invoke(name));
        }
        else
        {
            options.States.Add("hn", "h");
            options.States.Add("cn", "c");
        }
    }

    private static float[] ByHand(IModelRunner model, string[] states, int seed, int chunks)
    {
        var kept = states.ToDictionary(s => s, s => TensorValue.Copy<float>(new float[2 * (s == "state" ? 128 : 64)], [2, 1, s == "state" ? 128 : 64]));
        float[] answers = new float[chunks];
        for (int i = 0; i < chunks; i++)
        {
            using NamedValues inputs = Inputs(seed, i, []);
            foreach (string state in states)
            {
                inputs[state] = kept[state];
            }

            using NamedValues outputs = model.Run(inputs);
            answers[i] = outputs["output"].AsSpan<float>()[0];
            foreach (string state in states)
            {
                kept[state] = (TensorValue)outputs[state == "state" ? "stateN" : state + "n"].Retain();
            }
        }

        return answers;
    }

    // A tone that comes and goes, with noise.
    private static NamedValues Inputs(int seed, int chunk, long[] rate)
    {
        var random = new Random((seed * 1000) + chunk);
        float[] samples = new float[Chunk];
        for (int i = 0; i < Chunk; i++)
        {
            double t = ((chunk * Chunk) + i) / 16_000.0;
            samples[i] = (float)((0.3 * Math.Sin(2 * Math.PI * (110 + (20 * seed)) * t) * Math.Max(0, Math.Sin(2 * Math.PI * 3 * t))) + (0.02 * (random.NextDouble() - 0.5)));
        }

        return new NamedValues { ["input"] = TensorValue.Copy(samples, [1, Chunk]), ["sr"] = TensorValue.Copy<long>([16_000], rate) };
    }
}
