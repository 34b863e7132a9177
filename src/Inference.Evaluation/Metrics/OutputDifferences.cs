namespace Inference.Evaluation.Metrics;

/// <summary>Differences between all outputs of a candidate and of the source model, by output and by slice; needs no labels. Mergeable, exact. Not thread-safe.</summary>
public sealed class OutputDifferences
{
    private readonly SortedDictionary<string, DifferenceFigures> _outputs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedDictionary<string, DifferenceFigures>> _slices = new(StringComparer.Ordinal);

    /// <summary>The differences by output name.</summary>
    public IReadOnlyDictionary<string, DifferenceFigures> Outputs => _outputs;

    /// <summary>The output with the largest relative error; outputs with elements that are not finite in one model only rank first. Null without outputs.</summary>
    public string? WorstOutput => Worst(_outputs.Select(static o => (o.Key, o.Value)));

    /// <summary>The slice that contains the output with the largest error; null without slices.</summary>
    public string? WorstSlice => Worst(_slices.SelectMany(static s => s.Value.Select(o => (s.Key, o.Value))));

    /// <summary>The differences of a slice by output; null if there is no such slice.</summary>
    public IReadOnlyDictionary<string, DifferenceFigures>? GetSlice(string name) => _slices.GetValueOrDefault(name);

    /// <summary>Adds one row of an output.</summary>
    /// <param name="output">The output's name.</param>
    /// <param name="source">The source model's elements.</param>
    /// <param name="candidate">The candidate's elements, equal in number.</param>
    /// <param name="slices">The slices that the row belongs to.</param>
    /// <exception cref="EvaluationException">The numbers of elements differ.</exception>
    public void Add(string output, ReadOnlySpan<double> source, ReadOnlySpan<double> candidate, params ReadOnlySpan<string> slices)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (source.Length != candidate.Length)
        {
            throw new EvaluationException($"Output '{output}': expected {source.Length} numbers per row as in the source model, got {candidate.Length}. Compare models with the same outputs.");
        }

        Add(_outputs, output, source, candidate);
        foreach (string slice in slices)
        {
            Add(Of(slice), output, source, candidate);
        }
    }

    /// <summary>Adds the rows of another instance.</summary>
    public void Merge(OutputDifferences other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Merge(_outputs, other._outputs);
        foreach ((string slice, SortedDictionary<string, DifferenceFigures> outputs) in other._slices)
        {
            Merge(Of(slice), outputs);
        }
    }

    private static void Merge(SortedDictionary<string, DifferenceFigures> ours, SortedDictionary<string, DifferenceFigures> theirs)
    {
        foreach ((string name, DifferenceFigures figures) in theirs)
        {
            Of(ours, name).Merge(figures);
        }
    }

    private static void Add(SortedDictionary<string, DifferenceFigures> outputs, string output, ReadOnlySpan<double> source, ReadOnlySpan<double> candidate)
    {
        DifferenceFigures figures = Of(outputs, output);
        for (int i = 0; i < source.Length; i++)
        {
            figures.Add(source[i], candidate[i]);
        }
    }

    private static DifferenceFigures Of(SortedDictionary<string, DifferenceFigures> outputs, string output)
    {
        if (!outputs.TryGetValue(output, out DifferenceFigures? figures))
        {
            outputs[output] = figures = new DifferenceFigures();
        }

        return figures;
    }

    private static string? Worst(IEnumerable<(string Name, DifferenceFigures Figures)> all) =>
        all.Where(static x => x.Figures.Elements > 0).OrderByDescending(static x => x.Figures.NotFinite > 0).ThenByDescending(static x => x.Figures.RelativeError).Select(static x => x.Name).FirstOrDefault();

    private SortedDictionary<string, DifferenceFigures> Of(string slice)
    {
        if (!_slices.TryGetValue(slice, out SortedDictionary<string, DifferenceFigures>? outputs))
        {
            _slices[slice] = outputs = new SortedDictionary<string, DifferenceFigures>(StringComparer.Ordinal);
        }

        return outputs;
    }
}
