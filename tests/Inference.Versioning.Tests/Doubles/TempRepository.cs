using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inference.Decisions;
using Inference.Status;
using Inference.TestSupport;
using Inference.Versioning.Files;
using Inference.Versioning.Folders;
using Microsoft.Extensions.Logging;

namespace Inference.Versioning.Tests;

/// <summary>A repository directory whose "models" are text files that <see cref="Loader"/> understands: <c>n</c> is a model that adds n · 1000 to each output; <c>corrupt</c> does not load.</summary>
internal sealed class TempRepository : IDisposable
{
    private readonly Dictionary<string, Action<FakeRunner>> _customize = [];

    public TempRepository() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "inference-versions-" + Guid.NewGuid().ToString("N"));

    public FakeLoader Loader => field ??= NewLoader();

    /// <summary>What the log of decisions and its companions are in.</summary>
    public string StateDirectory => Path.Combine(Root, ".inference");

    /// <summary>Every runner that was loaded, in order.</summary>
    public List<FakeRunner> Loaded { get; } = [];

    public TimerCountingTimeProvider Clock { get; } = new();

    /// <summary>Publishes a version the way a careful publisher does: written aside, then renamed.</summary>
    public string Publish(string version, string? content = null, string? manifest = null)
    {
        string aside = Path.Combine(Root, "." + version + "." + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(aside);
        File.WriteAllText(Path.Combine(aside, "model.onnx"), content ?? version);
        if (manifest is not null)
        {
            File.WriteAllText(Path.Combine(aside, "manifest.json"), manifest);
        }

        string final = Path.Combine(Root, version);
        if (Directory.Exists(final))
        {
            Directory.Delete(final, recursive: true);
        }

        Directory.Move(aside, final);
        return final;
    }

    /// <summary>Changes the runners that are loaded for a version from now on.</summary>
    public void On(string version, Action<FakeRunner> customize)
    {
        lock (Loaded)
        {
            _customize[version] = customize;
        }
    }

    public FakeRunner Runner(string version)
    {
        lock (Loaded)
        {
            return Loaded.Last(r => r.Info.Version == version);
        }
    }

    /// <summary>A loader of this repository's models for another replica.</summary>
    public FakeLoader NewLoader() => new(Open);

    public async Task<VersionedModelRunner> OpenAsync(
        Action<VersioningOptions>? configure = null, Action<IModelPipelineBuilder>? perVersion = null, FakeLoader? loader = null, IDecisionStore? decisions = null, ILoggerFactory? loggers = null, IOutcomeEvidence? outcomes = null)
    {
        var options = new VersioningOptions { Watch = false, WarmupRuns = 0 };
        options.Canary.ShadowWarmupCalls = 0;

        // Most tests count decisions; AuditTests are about the rest.
        options.Audit.RecordLoads = false;
        configure?.Invoke(options);
        return await ModelRepository.OpenAsync(Root, loader ?? Loader, new ModelRepositoryOptions
        {
            Versioning = options,
            Load = new ModelLoadOptions { Name = "ranker" },
            PerVersion = perVersion,
            TimeProvider = Clock,
            LoggerFactory = loggers,
            Outcomes = outcomes,
            Decisions = decisions,
        });
    }

    /// <summary>Which version's arithmetic an answer shows.</summary>
    public static async Task<string> ServedAsync(IModelRunner runner, RunContext? context = null)
    {
        using NamedValues inputs = FakeModel.Rows(7);
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        return VersionOf(outputs, 7);
    }

    public static string VersionOf(NamedValues outputs, float id)
    {
        float offset = outputs[FakeModel.Output].AsSpan<float>()[0] - FakeModel.Expected(id)[0];
        return (offset / 1000).ToString(CultureInfo.InvariantCulture);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private FakeRunner Open(ModelSource source, ModelLoadOptions options)
    {
        // As the real loader: what has no length, such as a pipe, is not opened.
        byte[] content = RegularFile.Find(source.Path!) is { Length: > 0 } file ? File.ReadAllBytes(file.FullName) : [];
        string text = Encoding.UTF8.GetString(content);
        string digest = Convert.ToHexStringLower(SHA256.HashData(content));
        if (!float.TryParse(text, CultureInfo.InvariantCulture, out float number))
        {
            throw new ModelLoadException($"Model '{source.Path}' is malformed: '{text}'.");
        }

        var runner = new FakeRunner(FakeModel.Info(options.Name!, options.Version, digest), inputs => Shifted(inputs, number * 1000));
        lock (Loaded)
        {
            Loaded.Add(runner);
            if (_customize.TryGetValue(options.Version, out Action<FakeRunner>? customize))
            {
                customize(runner);
            }
        }

        return runner;
    }

    private static NamedValues Shifted(NamedValues inputs, float by)
    {
        using NamedValues plain = FakeModel.Compute(inputs);
        float[] y = plain[FakeModel.Output].AsSpan<float>().ToArray();
        for (int i = 0; i < y.Length; i += FakeModel.OutputWidth)
        {
            y[i] += by;
        }

        return new NamedValues { [FakeModel.Output] = TensorValue.Copy(y, plain[FakeModel.Output].Shape) };
    }
}
