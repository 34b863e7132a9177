using System.Buffers;
using Inference.Cli.Data;
using Inference.Cli.Verification;
using Inference.Guarding;
using Inference.Images;

namespace Inference.Guard;

/// <summary>Runs one case with each fill and with one and two threads, every data set twice on the same plan, and looks at what differs.</summary>
internal sealed class CaseRun(string folder, byte[] fills, Action<string> note)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>What was answered: <c>pass</c>, or <c>fail</c> or <c>refused</c> with a reason.</summary>
    public string Outcome { get; private set; } = "";

    /// <summary>What was wrong with memory.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Results that depend on what memory held before.</summary>
    public List<string> Differences { get; } = [];

    public async Task RunAsync()
    {
        List<string>? first = null;
        foreach (byte fill in fills)
        {
            List<string>? answers = await RunAsync(fill, 1).ConfigureAwait(false);
            first ??= answers;
            if (first is not null && answers is not null && !first.SequenceEqual(answers))
            {
                Differences.Add($"results differ between memory filled with {fills[0]:X2} and with {fill:X2}");
            }
        }

        await RunAsync(fills[0], 2).ConfigureAwait(false);
    }

    /// <summary>Digests of the answers; null where they may differ.</summary>
    private async Task<List<string>?> RunAsync(byte fill, int threads)
    {
        string what = $"fill {fill:X2}, {threads} threads";
        note($"{what}, loading");
        GuardedAllocator.Fill = fill;
        using var stop = new CancellationTokenSource(s_limit);
        try
        {
            using IModelRunner runner = await new ModelLoader(images: new ManagedImageDecoder()).LoadAsync(ModelSource.Directory(folder), new ModelLoadOptions { Threads = threads }, stop.Token).ConfigureAwait(false);
            var answers = new List<string>();
            string outcome = "pass";
            foreach (string set in Directory.EnumerateDirectories(folder, "test_data_set_*").Order(StringComparer.Ordinal))
            {
                using NamedValues inputs = Inputs(runner, set);
                using NamedValues outputs = await runner.RunAsync(inputs, null, stop.Token).ConfigureAwait(false);
                answers.Add(ValueBits.Digest(outputs, runner.Info.Outputs));
                if (outcome == "pass" && Difference(runner, outputs, set) is { } difference)
                {
                    outcome = $"fail {difference}";
                }

                using NamedValues again = await runner.RunAsync(inputs, null, stop.Token).ConfigureAwait(false);
                if (runner.Info.Deterministic && ValueBits.Digest(again, runner.Info.Outputs) != answers[^1])
                {
                    Differences.Add($"{what}: a second run on the same plan answers differently");
                }
            }

            Outcome = Outcome.Length == 0 ? outcome : Outcome;
            return runner.Info.Deterministic ? answers : null;
        }
        catch (Exception exception)
        {
            Outcome = $"refused {(exception is InferenceException or OperationCanceledException ? exception.Message : exception.ToString())}";
            return null;
        }
        finally
        {
            note($"{what}, freeing");
            GuardedAllocator.Check("after the run");
            Violations.AddRange(GuardedAllocator.TakeDamage().Select(d => $"{what}: {d}"));
        }
    }

    private static unsafe NamedValues Inputs(IModelRunner runner, string set)
    {
        var inputs = new NamedValues();
        IReadOnlyList<ModelPort> ports = runner.Info.Inputs;
        for (int i = 0; i < ports.Count; i++)
        {
            string file = Path.Combine(set, $"input_{i}.pb");
            if (!File.Exists(file))
            {
                continue;
            }

            ModelValue value = ProtobufValues.Read(file, ports[i].Type);
            inputs.Add(ports[i].Name, value);
            if (value is TensorValue { ElementType: not ElementType.String } tensor)
            {
                // Inputs are never modified.
                using MemoryHandle pin = tensor.Pin();
                GuardedAllocator.Protect(pin.Pointer);
            }
        }

        return inputs;
    }

    private string? Difference(IModelRunner runner, NamedValues outputs, string set)
    {
        Tolerance tolerance = Tolerance.For(folder, null, null);
        for (int i = 0; i < runner.Info.Outputs.Count; i++)
        {
            ModelPort port = runner.Info.Outputs[i];
            string file = Path.Combine(set, $"output_{i}.pb");
            if (File.Exists(file))
            {
                using ModelValue want = ProtobufValues.Read(file, port.Type);
                if (ValueComparer.Difference(outputs.GetValue(port.Name), want, tolerance) is { } difference)
                {
                    return $"output '{port.Name}': {difference}";
                }
            }
        }

        return null;
    }
}
