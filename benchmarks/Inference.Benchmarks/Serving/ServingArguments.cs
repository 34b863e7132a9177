using System.Globalization;

namespace Inference.Benchmarks.Serving;

/// <summary>What the serving benchmarks are asked to do.</summary>
internal sealed record ServingArguments(double Seconds, int Rounds, IReadOnlyList<string> Models)
{
    /// <summary>Reads options and model folders; a bare name is looked for in the shared models.</summary>
    public static ServingArguments Parse(string[] args, double seconds, int rounds, params string[] defaultModels)
    {
        var models = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--seconds":
                    seconds = double.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--rounds":
                    rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case "--all":
                    models.AddRange(All());
                    break;
                default:
                    models.Add(args[i]);
                    break;
            }
        }

        return new ServingArguments(seconds, rounds, [.. (models.Count > 0 ? models : [.. defaultModels]).Select(Find)]);
    }

    private static IEnumerable<string> All() =>
        Directory.GetDirectories(Path.Combine(Shared() ?? ".", "models")).Where(f => File.Exists(Path.Combine(f, "model.onnx"))).Order(StringComparer.Ordinal);

    private static string? Shared()
    {
        string? shared = Environment.GetEnvironmentVariable("INFERENCE_TEST_DATA");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); shared is null && folder is not null; folder = folder.Parent)
        {
            string beside = Path.Combine(folder.FullName, "..", "shared");
            shared = File.Exists(Path.Combine(folder.FullName, "Inference.sln")) && Directory.Exists(beside) ? beside : null;
        }

        return shared;
    }

    private static string Find(string model)
    {
        if (Directory.Exists(model))
        {
            return model;
        }

        string found = Path.Combine(Shared() ?? ".", "models", model);
        return Directory.Exists(found) ? found : throw new InferenceException($"Model '{model}': expected a folder, or a name in ../shared/models. Set INFERENCE_TEST_DATA to the shared folder.");
    }
}
