using Inference.Lying.Lies;

namespace Inference.Lying;

/// <summary>Runs the cases on all engines and holds the answers against each other.</summary>
/// <param name="seeds">The sound cases.</param>
/// <param name="count">How many lies.</param>
/// <param name="seed">Their seed.</param>
/// <param name="roots">The folders of the sound cases.</param>
internal sealed class Judge(Seeds seeds, int count, int seed, IReadOnlyList<string> roots)
{
    private const int Block = 1000;
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _operators = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private readonly List<string> _differences = [];

    /// <summary>0 where there is no crash, no exception that is not ours, nothing that changes with dirty memory, and at most 20 answers that differ.</summary>
    public async Task<int> RunAsync()
    {
        string folder = Directory.CreateTempSubdirectory("lying").FullName;
        try
        {
            for (int first = 0; first < count; first += Block)
            {
                await RunBlockAsync(folder, [.. Enumerable.Range(first, Math.Min(Block, count - first))]).ConfigureAwait(false);
                Console.Error.WriteLine($"{Math.Min(count, first + Block)} of {count}: {string.Join(", ", _counts.Select(c => $"{c.Key} {c.Value}"))}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        Console.WriteLine($"{count} lies about {seeds.Count} cases, {_operators.Count} operators, seed {seed}");
        Console.WriteLine($"  {string.Join(", ", _counts.Select(c => $"{c.Key} {c.Value}"))}");
        foreach (string difference in _differences)
        {
            Console.WriteLine($"DIFFERS {difference}");
        }

        foreach (string fault in _faults)
        {
            Console.WriteLine($"FAULT {fault}");
        }

        return _faults.Count == 0 && _differences.Count <= 20 ? 0 : 1;
    }

    private async Task RunBlockAsync(string folder, int[] cases)
    {
        Engine cpu = Make(folder, "cpu", new() { ["INFERENCE_GUARD_FILL"] = "FF" });
        Dictionary<int, string> deaths = await cpu.AnswerAsync(cases).ConfigureAwait(false);
        var answered = new List<int>();
        foreach (int index in cases)
        {
            LyingCase lie = Liar.Tell(seeds, index, seed);
            _operators.UnionWith(lie.Operators);
            Answer? answer = deaths.ContainsKey(index) ? null : Answer.Read(Path.Combine(folder, $"cpu-{index}"));
            if (answer is null)
            {
                Fault("crashed", index, lie, deaths.GetValueOrDefault(index) ?? "no answer");
            }
            else if (answer.IsRaw)
            {
                Fault("raw exception", index, lie, answer.Error!);
            }
            else if (answer.Error is null)
            {
                answered.Add(index);
            }
            else
            {
                Count("refused");
            }
        }

        await Make(folder, "dirty", new() { ["INFERENCE_GUARD_FILL"] = "3C" }).AnswerAsync(answered).ConfigureAwait(false);
        await Make(folder, "onnxruntime", []).AnswerAsync(answered).ConfigureAwait(false);
        var open = new List<int>();
        foreach (int index in answered)
        {
            LyingCase lie = Liar.Tell(seeds, index, seed);
            Answer answer = Answer.Read(Path.Combine(folder, $"cpu-{index}"))!;
            if (lie.Repeats && Answer.Read(Path.Combine(folder, $"dirty-{index}"))?.IsSame(answer) != true)
            {
                Fault("changes with dirty memory", index, lie, "");
            }
            else if (!lie.Repeats)
            {
                Count("random");
            }
            else if (Answer.Read(Path.Combine(folder, $"onnxruntime-{index}")) is { Error: null } oracle && answer.Difference(oracle) is null)
            {
                Count("equal to ONNX Runtime");
            }
            else
            {
                open.Add(index);
            }
        }

        await Make(folder, "plain", new() { ["DOTNET_EnableHWIntrinsic"] = "0" }).AnswerAsync(open).ConfigureAwait(false);
        foreach (int index in open)
        {
            Settle(folder, index);
        }

        foreach (string file in Directory.EnumerateFiles(folder))
        {
            File.Delete(file);
        }
    }

    // Where ONNX Runtime refuses or dies, the plain path of this engine has the word; where it answers otherwise, that is a difference.
    private void Settle(string folder, int index)
    {
        LyingCase lie = Liar.Tell(seeds, index, seed);
        Answer answer = Answer.Read(Path.Combine(folder, $"cpu-{index}"))!;
        Answer? plain = Answer.Read(Path.Combine(folder, $"plain-{index}"));
        string? own = plain is null ? "the plain path died" : plain.Error ?? answer.Difference(plain);
        if (own is not null)
        {
            Count("differs from the plain path");
            _differences.Add($"{index} {lie.What}: from the plain path: {own}");
        }
        else if (Answer.Read(Path.Combine(folder, $"onnxruntime-{index}")) is { Error: null } oracle)
        {
            Count("differs from ONNX Runtime");
            _differences.Add($"{index} {lie.What}: from ONNX Runtime: {answer.Difference(oracle)}");
        }
        else
        {
            Count("equal to the plain path, refused by ONNX Runtime");
        }
    }

    private Engine Make(string folder, string engine, Dictionary<string, string> environment) =>
        new(engine, environment, [seed.ToString(System.Globalization.CultureInfo.InvariantCulture), folder, .. roots]);

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    private void Fault(string kind, int index, LyingCase lie, string what)
    {
        Count(kind);
        _faults.Add($"{kind}: {index} {lie.What}: {what}");
        Console.Error.WriteLine(_faults[^1]);
    }
}
