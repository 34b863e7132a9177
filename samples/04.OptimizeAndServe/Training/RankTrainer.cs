using System.Diagnostics;
using Inference;
using OptimizeAndServe.Serving;
using OptimizeAndServe.World;

namespace OptimizeAndServe.Training;

/// <summary>Trains the ranker on the click log, and the first stage of the cascade on the ranker's outputs. Equal seeds give equal networks.</summary>
internal static class RankTrainer
{
    public const int TrainingStream = 1;
    public const int DistillationStream = 2;
    private const int Batch = 32;

    /// <summary>Trains the ranker on clicks.</summary>
    public static RankNetwork TrainRanker(ClickWorld world, NetworkShape shape, int requests, int candidates, int epochs, Action<string> log)
    {
        var network = new RankNetwork(shape, world, seed: 11);
        var training = new RankTraining(network, Batch, candidates);
        Run(world, training, TrainingStream, requests, epochs, "ranker", log, (batch, targets) =>
        {
            for (int r = 0; r < batch.Count; r++)
            {
                for (int c = 0; c < candidates; c++)
                {
                    targets[r * candidates + c] = batch[r].Clicked[c] ? 1 : 0;
                }
            }
        });
        return network;
    }

    /// <summary>Trains the first stage on the ranker's outputs; needs no clicks.</summary>
    /// <param name="world">The source of the requests.</param>
    /// <param name="ranker">The model to learn from.</param>
    /// <param name="shape">The widths of the first stage.</param>
    /// <param name="requests">The number of training requests.</param>
    /// <param name="candidates">The number of items per request.</param>
    /// <param name="epochs">The number of epochs.</param>
    /// <param name="log">Receives progress.</param>
    public static RankNetwork TrainFirstStage(ClickWorld world, IModelRunner ranker, NetworkShape shape, int requests, int candidates, int epochs, Action<string> log)
    {
        var network = new RankNetwork(shape, world, seed: 12);
        var training = new RankTraining(network, Batch, candidates);
        Run(world, training, DistillationStream, requests, epochs, "first stage", log, (batch, targets) =>
        {
            using var inputs = new RequestInputs([.. batch]);
            using NamedValues answers = ranker.Run(inputs.Values);
            answers["score"].AsSpan<float>().CopyTo(targets);
        });
        return network;
    }

    private static void Run(
        ClickWorld world, RankTraining training, int stream, int requests, int epochs, string name, Action<string> log, Action<IReadOnlyList<ClickRequest>, float[]> teach)
    {
        var users = new ZipfSampler(ClickWorld.Users, 0.8);
        var targets = new float[Batch * training.Candidates];
        var batch = new ClickRequest[Batch];
        int steps = requests / Batch;
        var order = new Random(stream);
        long start = Stopwatch.GetTimestamp();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            int[] turns = [.. Enumerable.Range(0, steps)];
            order.Shuffle(turns);
            double loss = 0;
            for (int s = 0; s < steps; s++)
            {
                Parallel.For(0, Batch, i => batch[i] = world.Request(stream, (long)turns[s] * Batch + i, users, training.Candidates));
                teach(batch, targets);
                double progress = (epoch * steps + s) / (double)(epochs * steps);
                float scale = (float)(0.02 + 0.98 * 0.5 * (1 + Math.Cos(Math.PI * progress)));
                loss += training.Step(batch, targets, 0.002f * scale, 0.3f * scale);
                if ((s + 1) % Math.Max(1, steps / 4) == 0)
                {
                    log($"{name}: epoch {epoch + 1} of {epochs}, {(s + 1) * 100 / steps} %, loss {loss / (s + 1):F4}, {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s");
                }
            }
        }
    }
}
