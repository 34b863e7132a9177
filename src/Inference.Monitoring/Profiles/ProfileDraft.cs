using Inference.Monitoring.Cells;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Profiles;

/// <summary>A profile whose columns are learned and whose rows are being counted. Not thread-safe.</summary>
internal sealed class ProfileDraft
{
    // A share of missing values that occurs in no row of the reference occurs in less than three of so many rows, with 95 % confidence; rules of completeness are below the reference's by that.
    private const double RuleOfThree = 3;
    private readonly ColumnFacts[] _facts;
    private readonly LabelCounter? _labels;
    private MonitoringWindow? _counted;

    private ProfileDraft(WindowLayout layout, ColumnFacts[] facts, LabelCounter? labels)
    {
        Layout = layout;
        _facts = facts;
        _labels = labels;
    }

    public WindowLayout Layout { get; }

    /// <summary>Learns columns.</summary>
    /// <exception cref="MonitoringException">There is no column, or what is stated about columns does not suit the rows.</exception>
    public static ProfileDraft Learn(IReadOnlyList<ReferenceRows> rows, ModelInfo? model, ReferenceProfileOptions options)
    {
        int total = rows.Sum(static r => r.Rows);
        List<ColumnDefinition> columns = [];
        List<ColumnFacts> facts = [];
        foreach (TensorDraft tensor in TensorsOf(rows, model))
        {
            foreach (ColumnDefinition draft in tensor.Columns())
            {
                ColumnOptions? stated = options.Find(draft.Name, draft.Tensor);
                if (stated is { Exclude: true })
                {
                    continue;
                }

                (ColumnDefinition column, ColumnFacts known) = draft.ElementType == ElementType.String
                    ? LearnStrings(draft, rows, total, stated?.Kind)
                    : ColumnLearner.OfNumbers(draft, ValuesOf(draft, rows, total), stated?.Kind);
                columns.Add(Titled(column, stated));
                facts.Add(known with { Rules = stated?.Rules ?? known.Rules, Title = TitleOf(column, stated) });
            }
        }

        if (columns.Count == 0)
        {
            throw new MonitoringException("Reference profile: expected tensors of numbers, bools or strings with one row for each row of the call, got none. Pass such inputs or outputs.");
        }

        foreach (string name in options.Columns.Keys)
        {
            if (!columns.Exists(c => c.Name == name || c.Tensor == name) && !options.Columns[name].Exclude)
            {
                throw new MonitoringException($"Reference profile: the options name a column '{name}', which the rows do not have. The columns are: {string.Join(", ", columns.Take(40).Select(static c => $"'{c.Name}'"))}.");
            }
        }

        int segments = options.SegmentColumn is null ? -1 : SegmentsOf(columns, options.SegmentColumn);
        var layout = new WindowLayout(columns, segments);
        return new ProfileDraft(layout, [.. facts], LabelCounter.Create(rows, layout));
    }

    /// <summary>Counts the labels of rows.</summary>
    public void AddLabels(ReferenceRows rows) => _labels?.Add(rows);

    /// <summary>The profile of all rows so far.</summary>
    /// <param name="counted">The counts since the last call.</param>
    /// <param name="model">The model; null for none.</param>
    /// <param name="options">The options.</param>
    public ReferenceProfile Complete(MonitoringWindow counted, ModelInfo? model, ReferenceProfileOptions options)
    {
        if (_counted is null)
        {
            _counted = counted;
        }
        else
        {
            _counted.Merge(counted);
        }

        MonitoringWindow reference = _counted.Clone();
        var identity = new ProfileIdentity
        {
            ModelName = model?.Name ?? "",
            ModelVersion = model?.Version ?? "",
            ModelDigest = model?.Digest ?? "",
            Source = options.Source,
            LabelClasses = _labels?.Classes ?? [],
            LabelCounts = _labels?.ClassCounts.ToArray() ?? [],
        };
        ColumnFacts[] facts = [.. _facts.Select((f, i) => WithRules(_labels is null ? f : _labels.Complete(i, f), i, reference, options))];
        return new ReferenceProfile(identity, Layout, reference, facts);
    }

    private ColumnFacts WithRules(ColumnFacts facts, int place, MonitoringWindow reference, ReferenceProfileOptions options)
    {
        ColumnDefinition column = Layout.Columns[place];
        if (options.Find(column.Name, column.Tensor)?.Rules is not null)
        {
            return facts;
        }

        ReadOnlySpan<long> counts = reference.Counts(place);
        CellLayout layout = column.Layout;
        double rows = Math.Max(reference.Rows, 1);
        double absent = (counts[layout.Missing] + (layout.NaN < 0 ? 0 : counts[layout.NaN])) / rows;
        return facts with
        {
            Rules = new ColumnRules
            {
                MinCompleteness = Math.Clamp(1 - (absent == 0 ? RuleOfThree / rows : absent * 1.5), 0, 1),
                Minimum = double.IsNaN(facts.Minimum) ? null : facts.Minimum,
                Maximum = double.IsNaN(facts.Maximum) ? null : facts.Maximum,
                AllowInfinite = layout.Ordered > 0 && counts[layout.NegativeInfinity] + counts[layout.PositiveInfinity] > 0,
                AllowUnseen = column.IsOpen,
            },
        };
    }

    // The inputs, then the outputs, in the model's order if there is one, otherwise as they were passed.
    private static List<TensorDraft> TensorsOf(IReadOnlyList<ReferenceRows> rows, ModelInfo? model)
    {
        List<TensorDraft> tensors = [];
        foreach (ColumnSide side in (ReadOnlySpan<ColumnSide>)[ColumnSide.Input, ColumnSide.Output])
        {
            var found = new Dictionary<string, TensorDraft>(StringComparer.Ordinal);
            var order = new List<string>((side == ColumnSide.Input ? model?.Inputs : model?.Outputs)?.Select(static p => p.Name) ?? []);
            foreach (ReferenceRows batch in rows)
            {
                foreach ((string name, ModelValue value) in (side == ColumnSide.Input ? batch.Inputs : batch.Outputs) ?? [])
                {
                    if (value is not TensorValue tensor || ReferenceRows.RowsOf(tensor) != batch.Rows || batch.Rows == 0)
                    {
                        continue;
                    }

                    if (found.TryGetValue(name, out TensorDraft? draft))
                    {
                        draft.Add(tensor);
                    }
                    else
                    {
                        found.Add(name, new TensorDraft(side, name, tensor));
                        if (!order.Contains(name))
                        {
                            order.Add(name);
                        }
                    }
                }
            }

            tensors.AddRange(order.Where(found.ContainsKey).Select(name => found[name]));
        }

        return tensors;
    }

    private static double[] ValuesOf(ColumnDefinition draft, IReadOnlyList<ReferenceRows> rows, int total)
    {
        var values = new double[total];
        int at = 0;
        foreach (ReferenceRows batch in rows)
        {
            if (batch.Find(draft.Side, draft.Tensor) is { } tensor)
            {
                ElementReader.Read(tensor, draft.Index, draft.Width, values.AsSpan(at, batch.Rows));
                at += batch.Rows;
            }
        }

        return values[..at];
    }

    private static (ColumnDefinition Definition, ColumnFacts Facts) LearnStrings(ColumnDefinition draft, IReadOnlyList<ReferenceRows> rows, int total, ColumnKind? kind)
    {
        if (kind is not (null or ColumnKind.Categorical))
        {
            throw new MonitoringException($"Column '{draft.Name}': expected numbers, because the column is stated to be of kind {kind}, got strings. State another kind.");
        }

        var counts = new CategoryCounts();
        foreach (ReferenceRows batch in rows)
        {
            ReadOnlySpan<string> texts = batch.Find(draft.Side, draft.Tensor) is { } tensor ? tensor.AsSpan<string>() : [];
            for (int i = draft.Index; i < texts.Length; i += draft.Width)
            {
                if (!string.IsNullOrEmpty(texts[i]))
                {
                    counts.Add(texts[i]);
                }
            }
        }

        return ColumnLearner.OfStrings(draft, counts, total);
    }

    // Titles of the elements of a row, or of the column.
    private static string? TitleOf(ColumnDefinition column, ColumnOptions? stated) =>
        stated is null || column.Derivation != ColumnDerivation.Element ? null :
        column.Width > 1 && stated.Titles.Count == column.Width ? stated.Titles[column.Index] :
        stated.Titles.Count == 1 ? stated.Titles[0] : null;

    // Of a column of codes, titles are those of its values.
    private static ColumnDefinition Titled(ColumnDefinition column, ColumnOptions? stated) =>
        stated is { Titles.Count: > 1 } && column.Width == 1 && column.Layout.Kind == ColumnKind.Categorical && column.ElementType != ElementType.String
            ? column with { Categories = [.. column.Keys.Select((key, i) => key < (ulong)stated.Titles.Count ? stated.Titles[(int)key] : column.Categories[i])] }
            : column;

    private static int SegmentsOf(List<ColumnDefinition> columns, string name)
    {
        int place = columns.FindIndex(c => c.Name == name);
        return place >= 0 && columns[place].Layout.Kind == ColumnKind.Categorical
            ? place
            : throw new MonitoringException($"Reference profile: expected a categorical column '{name}' for the segments, got {(place < 0 ? "none of that name" : $"a column of kind {columns[place].Layout.Kind}")}. Name a column of few values, or state that it is categorical.");
    }
}
