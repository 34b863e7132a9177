using Xunit.Abstractions;

namespace Inference.TestSupport.Covering;

/// <summary>What covering arrays reached: a line to the test's output, and one to the file that INFERENCE_COVERING_REPORT names (see eng/covering.sh).</summary>
internal static class CoveringReport
{
    private static readonly Lock FileLock = new();

    public static void Add(ITestOutputHelper output, string family, IReadOnlyList<Option> options, int pairs, int reached, int rows, int strength)
    {
        string described = string.Join("; ", options.Select(o => $"{o.Name} {string.Join(" ", Enumerable.Range(0, o.Count).Select(o.Show))}"));
        output.WriteLine($"{family}: {options.Count} options of {options.Sum(o => o.Count)} values, {pairs} valid pairs, {reached} reached, {rows} rows, strength {strength}");
        output.WriteLine(described);
        if (Environment.GetEnvironmentVariable("INFERENCE_COVERING_REPORT") is { Length: > 0 } path)
        {
            lock (FileLock)
            {
                File.AppendAllText(path, $"{family}\t{options.Count}\t{options.Sum(o => o.Count)}\t{pairs}\t{reached}\t{rows}\t{strength}\t{described.ReplaceLineEndings(" ")}\n");
            }
        }
    }
}
