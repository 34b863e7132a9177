using System.Globalization;

namespace Inference.Kernels.Benchmarks;

/// <summary>Shapes of real models, most frequent first.</summary>
internal static class ShapeFile
{
    /// <summary>The first rows of a file: numbers, then a remark that names the models.</summary>
    public static IEnumerable<int[]> Read(string name, int count) =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "shapes", name))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(fields => Array.ConvertAll(fields, field => int.Parse(field, CultureInfo.InvariantCulture)))
            .Take(count);
}
