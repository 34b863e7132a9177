using System.Globalization;
using Xunit.Abstractions;

namespace Inference.OnnxRuntime.Tests.Differential;

/// <summary>What the draws of one operator reached: a line to the test's output, and one to the file that INFERENCE_DIFFERENTIAL_REPORT names (see eng/differential.sh).</summary>
/// <param name="name">The operator's cases.</param>
internal sealed class DrawReport(string name)
{
    private static readonly Lock FileLock = new();
    private readonly Dictionary<OptionSpace, HashSet<(int A, int B)>> _reached = [];
    private int _draws;
    private int _compared;
    private int _refused;
    private string? _refusal;

    /// <summary>Draws that ONNX Runtime had a kernel for.</summary>
    public int Compared => _compared;

    public void Add(DifferentialCase made, DifferentialOutcome outcome)
    {
        _draws++;
        _compared += outcome is DifferentialOutcome.Compared or DifferentialOutcome.BothRefuse ? 1 : 0;
        _refused += outcome == DifferentialOutcome.BothRefuse ? 1 : 0;
        _refusal ??= outcome == DifferentialOutcome.BothRefuse ? made.Refusal : null;
        foreach (OptionRow row in made.Rows)
        {
            HashSet<(int A, int B)> reached = _reached.TryGetValue(row.Space, out HashSet<(int A, int B)>? known) ? known : _reached[row.Space] = [];
            if (outcome != DifferentialOutcome.BothRefuse)
            {
                reached.UnionWith(row.Pairs);
            }
        }
    }

    public void Write(ITestOutputHelper output, int differences)
    {
        int options = _reached.Keys.Sum(static space => space.Options.Count), pairs = _reached.Keys.Sum(static space => space.Pairs.Count);
        int reached = _reached.Sum(static space => space.Value.Intersect(space.Key.Pairs).Count());
        output.WriteLine($"{name}: {_draws} draws, {_compared} compared with ONNX Runtime ({_refused} refused by both), {differences} differences; {options} options, {pairs} pairs, {reached} reached");
        if (_refusal is not null)
        {
            output.WriteLine($"{name}: both refuse, the first: {_refusal}");
        }

        foreach ((OptionSpace space, HashSet<(int A, int B)> seen) in _reached)
        {
            string[] lost = [.. space.Pairs.Where(pair => !seen.Contains(pair)).Take(12).Select(space.Show)];
            output.WriteLine(lost.Length == 0 ? $"{space.Family}: every pair" : $"{space.Family}: not reached: {string.Join("; ", lost)}");
        }

        Append(name, _draws, _compared, _refused, differences, options, pairs, reached);
    }

    /// <summary>Adds a line to the report's file.</summary>
    public static void Append(string name, int draws, int compared, int refused, int differences, int options = 0, int pairs = 0, int reached = 0)
    {
        if (Environment.GetEnvironmentVariable("INFERENCE_DIFFERENTIAL_REPORT") is { Length: > 0 } path)
        {
            lock (FileLock)
            {
                File.AppendAllText(path, string.Create(CultureInfo.InvariantCulture, $"{name}\t{draws}\t{compared}\t{refused}\t{differences}\t{options}\t{pairs}\t{reached}\n"));
            }
        }
    }
}
