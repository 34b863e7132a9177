using System.Diagnostics;
using Inference.Cli.Data;

namespace Inference.Cli.Verification;

/// <summary>Runs one folder with a <c>model.onnx</c> and <c>test_data_set_*</c>.</summary>
internal sealed class ModelTest(string folder, string name)
{
    public string Name => name;

    public string Folder => folder;

    /// <summary>The test folders at or below the given ones, by name.</summary>
    public static IReadOnlyList<ModelTest> Find(IEnumerable<string> roots)
    {
        var tests = new List<ModelTest>();
        foreach (string root in roots)
        {
            if (!Directory.Exists(root))
            {
                throw new InferenceException($"'{root}': expected a folder that contains model.onnx files at any depth, found no such folder. Check the path.");
            }

            foreach (string model in Directory.EnumerateFiles(root, "model.onnx", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                string folder = Path.GetDirectoryName(model)!;
                tests.Add(new(folder, Path.GetFileName(Path.GetFullPath(folder))));
            }
        }

        return tests;
    }

    /// <summary>Loads, runs every data set and compares; never throws and never takes much longer than the time-out.</summary>
    public TestResult Run(IModelLoader loader, ModelLoadOptions options, double? rtol, double? atol, TimeSpan timeout)
    {
        var clock = Stopwatch.StartNew();
        using var stop = new CancellationTokenSource(timeout);
        Task<(string, string)> body = Task.Run(() => RunAsync(loader, options, rtol, atol, stop.Token), CancellationToken.None);
        (string status, string reason) = body.Wait(timeout + TimeSpan.FromSeconds(2))
            ? body.Result
            : ("fail", $"no answer within {timeout.TotalSeconds} s");
        return new(name, status, reason.ReplaceLineEndings(" "), clock.ElapsedMilliseconds);
    }

    /// <summary>As <see cref="Run"/>, without its time-out and its waiting; never throws.</summary>
    public async Task<(string Status, string Reason)> RunAsync(IModelLoader loader, ModelLoadOptions options, double? rtol, double? atol, CancellationToken stop)
    {
        bool expectsError = Expectation.IsError(folder);
        (string status, string reason) = await RunSetsAsync(loader, options, rtol, atol, expectsError, stop).ConfigureAwait(false);
        return expectsError && status == "done" ? ("fail", "expected an error, but the model ran") : (status == "done" ? "pass" : status, reason);
    }

    private async Task<(string Status, string Reason)> RunSetsAsync(IModelLoader loader, ModelLoadOptions options, double? rtol, double? atol, bool expectsError, CancellationToken stop)
    {
        try
        {
            Tolerance tolerance = Tolerance.For(folder, rtol, atol);
            using IModelRunner runner = await loader.LoadAsync(ModelSource.Directory(folder), options, stop).ConfigureAwait(false);
            int sets = 0;
            foreach (string set in Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal))
            {
                sets++;
                if (await RunSet(runner, set, tolerance, stop).ConfigureAwait(false) is { } difference && !expectsError)
                {
                    return ("fail", $"{Path.GetFileName(set)}: {difference}");
                }
            }

            return sets == 0 ? ("fail", "expected a test_data_set_* folder beside the model, found none") : ("done", "");
        }
        catch (InferenceException exception) when (expectsError)
        {
            return Expectation.RawCause(exception) is { } raw ? ("fail", $"expected an InferenceException, got one caused by {raw.GetType().Name}: {exception.Message}") : ("pass", "");
        }
        catch (UnsupportedModelException exception)
        {
            return ("unsupported", string.Join(", ", exception.Operators));
        }
        catch (Exception exception)
        {
            return ("fail", exception is InferenceException or OperationCanceledException ? exception.Message : exception.ToString());
        }
    }

    private static async Task<string?> RunSet(IModelRunner runner, string set, Tolerance tolerance, CancellationToken stop)
    {
        using var inputs = new NamedValues();
        IReadOnlyList<ModelPort> ports = runner.Info.Inputs;
        for (int i = 0; i < ports.Count; i++)
        {
            string file = Path.Combine(set, $"input_{i}.pb");
            if (File.Exists(file))
            {
                inputs.Add(ports[i].Name, ProtobufValues.Read(file, ports[i].Type));
            }
        }

        using NamedValues outputs = await runner.RunAsync(inputs, null, stop).ConfigureAwait(false);
        for (int i = 0; i < runner.Info.Outputs.Count; i++)
        {
            string file = Path.Combine(set, $"output_{i}.pb");
            if (!File.Exists(file))
            {
                continue;
            }

            ModelPort port = runner.Info.Outputs[i];
            using ModelValue want = ProtobufValues.Read(file, port.Type);
            if (ValueComparer.Difference(outputs.GetValue(port.Name), want, tolerance) is { } difference)
            {
                return $"output '{port.Name}': {difference}";
            }
        }

        return null;
    }
}
