using System.Diagnostics;
using System.Globalization;
using Inference;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string folder = AppContext.BaseDirectory;
string[] films = File.ReadAllLines(Path.Combine(folder, "films.txt"));
long user = args.Length > 0 && long.TryParse(args[0], out long stated) && stated is >= 0 and < 400 ? stated : 7;

// Load the model once and keep it for the lifetime of the program; any number of threads may call it.
using IModelRunner recommender = ModelRunner.Load(Path.Combine(folder, "recommender.onnx"));

// One row per candidate: the user, and the film to score.
long[] users = [.. Enumerable.Repeat(user, films.Length)];
long[] items = [.. Enumerable.Range(0, films.Length).Select(i => (long)i)];
using var inputs = new NamedValues
{
    ["user"] = TensorValue.Copy(users, [users.Length]),
    ["film"] = TensorValue.Copy(items, [items.Length]),
};

using NamedValues outputs = recommender.Run(inputs);
float[] scores = outputs["like"].AsSpan<float>().ToArray();

ModelInfo info = recommender.Info;
Console.WriteLine($"Model '{info.Name}': {info.Metadata["description"]}.");
Console.WriteLine($"Inputs {string.Join(", ", info.Inputs)}; output {info.Outputs[0]}; provider {info.Provider}; SHA-256 {info.Digest[..12]}…");
Console.WriteLine();
Console.WriteLine($"User {user}, the 10 of {films.Length} films to show first:");
int rank = 0;
foreach (int film in Enumerable.Range(0, films.Length).OrderByDescending(i => scores[i]).Take(10))
{
    string[] parts = films[film].Split('\t');
    Console.WriteLine($"{++rank,4}. {parts[0],-28} {parts[1],-12} {scores[film]:P1}");
}

Console.WriteLine();
Console.WriteLine($"Time: {Median(() => recommender.Run(inputs).Dispose()):F1} µs a call for {films.Length} candidates (median of 1,000 calls, one thread calling).");

static double Median(Action call)
{
    var times = new double[1000];
    for (int i = -200; i < times.Length; i++)
    {
        long start = Stopwatch.GetTimestamp();
        call();
        if (i >= 0)
        {
            times[i] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
    }

    Array.Sort(times);
    return times[times.Length / 2];
}
