using Inference.Monitoring.Cells;
using Inference.Monitoring.Repeats;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Profiles;

/// <summary>A profile whose columns are learned and whose rows are being counted. Not thread-safe.</summary>
internal sealed class ProfileDraft
{
    // A share of missing values that occurs in no row of the reference occurs in less than three of so many rows, with 95 % confidence; rules of completeness are below the reference's by that.
    private const double RuleOfThree = 3;
    // The ids of a vocabulary in a profile: 128 KiB at most.
    private const int MaxTokens = 1 << 14;
    private readonly ColumnFacts[] _facts;
    private readonly LabelCounter? _labels;
    private readonly MonitoringWindow _counted;
    private MonitoringWindow?[]? _seasons;

    private ProfileDraft(WindowLayout layout, WindowLayout heldLayout, ColumnFacts[] facts, LabelCounter? labels)
    {
        Layout = layout;
        HeldLayout = heldLayout;
        _counted = new MonitoringWindow(layout);
        _facts = facts;
        _labels = labels;
    }

    public WindowLayout Layout { get; }

    /// <summary>
    /// The columns by which the rows that were learned from are counted: a value that occurs in one of these rows alone is new to it. The share of new values is then an estimate of that in rows to come
    /// (leave-one-out; Good and Turing) rather than 0.
    /// </summary>
    public WindowLayout HeldLayout { get; }

    /// <summary>Learns columns.</summary>
    /// <exception cref="MonitoringException">There is no column, or what is stated about columns does not suit the rows.</exception>
    /// <param name="rows">The rows; maps are tensors.</param>
    /// <param name="model">The model; null for none.</param>
    /// <param name="options">The options.</param>
    /// <param name="maps">The outputs that are maps; null for none.</param>
    public static ProfileDraft Learn(IReadOnlyList<ReferenceRows> rows, ModelInfo? model, ReferenceProfileOptions options, MapTables? maps)
    {
        int total = rows.Sum(static r => r.Rows);
        List<ColumnDefinition> columns = [];
        List<ColumnFacts> facts = [];
        foreach (TensorDraft tensor in TensorsOf(rows, model, maps))
        {
            int first = columns.Count;
            ColumnDefinition[] drafts = [.. tensor.Columns().Where(d => options.Find(d.Name, d.Tensor) is not { Exclude: true }).Select(d => WithTokens(d, rows)).OfType<ColumnDefinition>()];
            ColumnDefinition[] derived = [.. drafts.Where(static d => d.Derivation != ColumnDerivation.Element)];
            double[][] statistics = derived.Length > 0 ? ValuesOf(derived, rows, total) : [];
            foreach (ColumnDefinition draft in drafts)
            {
                ColumnOptions? stated = options.Find(draft.Name, draft.Tensor);

                // What is stated of a tensor's elements says nothing of statistics of them.
                ColumnKind? kind = draft.Derivation == ColumnDerivation.Element || options.Columns.ContainsKey(draft.Name) ? stated?.Kind : draft.Derivation == ColumnDerivation.TopIndex ? ColumnKind.Categorical : null;
                int place = Array.IndexOf(derived, draft);
                (ColumnDefinition column, ColumnFacts known) = draft.ElementType == ElementType.String
                    ? LearnStrings(draft, rows, total, kind)
                    : draft is { ElementType: ElementType.Int64, Derivation: ColumnDerivation.Element } ? ColumnLearner.OfLongs(draft, LongsOf(draft, rows, total), kind)
                    : ColumnLearner.OfNumbers(draft, place >= 0 ? statistics[place] : ValuesOf([draft], rows, total)[0], kind);
                columns.Add(Titled(column, stated));
                facts.Add(known with { Rules = stated?.Rules ?? known.Rules, Title = TitleOf(column, stated) });
            }

            if (columns.Count > first && tensor.Keys.Length > 0)
            {
                columns[first] = columns[first] with { MapKeys = tensor.Keys };
            }
        }

        if (columns.Count == 0)
        {
            throw new MonitoringException("Reference profile: expected tensors of numbers, bools or strings with one row for each row of the call, got none. Pass such inputs or outputs.");
        }

        foreach (string name in options.Columns.Keys)
        {
            if (!columns.Exists(c => c.Name == name || c.Tensor == name) && options.Columns[name] is { Exclude: false, IsOfRow: false })
            {
                throw new MonitoringException($"Reference profile: the options name a column '{name}', which the rows do not have. The columns are: {string.Join(", ", columns.Take(40).Select(static c => $"'{c.Name}'"))}.");
            }
        }

        if (options.CountRepeats && RepeatCounter.Define(columns) is { } repeats)
        {
            columns.Add(repeats);
            facts.Add(new ColumnFacts { Distinct = repeats.Keys.Length });
        }

        PairChooser.AddPairs(columns, facts, rows, total, options.CountAllPairs);
        if (options.CountJoint)
        {
            JointChooser.AddJoints(columns, facts, rows, total);
        }

        for (int i = 0; i < columns.Count; i++)
        {
            // A range is that of other rows.
            facts[i] = columns[i].IsOfRow && options.Columns.GetValueOrDefault(columns[i].Name)?.Rules is { } rules ? facts[i] with { Rules = rules with { Minimum = null, Maximum = null } } : facts[i];
        }

        int segments = options.SegmentColumn is null ? -1 : SegmentsOf(columns, options.SegmentColumn);
        var layout = new WindowLayout(columns, segments);
        var held = new WindowLayout([.. columns.Select(c => c with { OtherKeys = [.. c.OtherKeys.Except(c.SingleKeys)] })], segments);
        return new ProfileDraft(layout, held, [.. facts], LabelCounter.Create(rows, layout));
    }

    /// <summary>Adds the counts of rows.</summary>
    public void Add(MonitoringWindow counted)
    {
        counted.Rebind(Layout);
        _counted.Merge(counted);
    }

    /// <summary>Adds the counts of rows by season; null for a season without rows.</summary>
    public void Add(MonitoringWindow?[] counted)
    {
        _seasons ??= new MonitoringWindow?[counted.Length];
        for (int i = 0; i < counted.Length; i++)
        {
            if (counted[i] is { } window)
            {
                window.Rebind(Layout);
                (_seasons[i] ??= new MonitoringWindow(Layout)).Merge(window);
            }
        }
    }

    /// <summary>Counts the labels of rows.</summary>
    public void AddLabels(ReferenceRows rows) => _labels?.Add(rows);

    /// <summary>The profile of all rows so far.</summary>
    /// <param name="model">The model; null for none.</param>
    /// <param name="options">The options.</param>
    /// <param name="clock">What tells seasons; null without.</param>
    public ReferenceProfile Complete(ModelInfo? model, ReferenceProfileOptions options, SeasonClock? clock)
    {
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
        ColumnFacts[] facts = [.. _facts.Select((f, i) => WithRules(_labels is null ? f : _labels.Complete(i, f, reference.Counts(i)), i, reference, options))];
        SeasonReferences? seasons = clock is null ? null : new SeasonReferences(clock, options.TimeColumn, Array.ConvertAll(_seasons ?? new MonitoringWindow?[clock.Count], static w => w?.Clone()));
        return new ReferenceProfile(identity, Layout, reference, facts, seasons);
    }

    private ColumnFacts WithRules(ColumnFacts facts, int place, MonitoringWindow reference, ReferenceProfileOptions options)
    {
        ColumnDefinition column = Layout.Columns[place];
        if (options.Find(column.Name, column.Tensor)?.Rules is not null)
        {
            facts.Rules.RequireRange(column.Name, facts);
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
    private static List<TensorDraft> TensorsOf(IReadOnlyList<ReferenceRows> rows, ModelInfo? model, MapTables? maps)
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
                        found.Add(name, new TensorDraft(side, name, tensor, side == ColumnSide.Output ? maps?.KeysOf(name) : null));
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

    /// <summary>The values of columns of one tensor, one array for each column: all elements by themselves, or all derived ones, which are computed together.</summary>
    private static double[][] ValuesOf(ReadOnlySpan<ColumnDefinition> drafts, IReadOnlyList<ReferenceRows> rows, int total)
    {
        var values = new double[drafts.Length][];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = new double[total];
        }

        ColumnDefinition[] held = Array.ConvertAll(drafts.ToArray(), static d => d with { OtherKeys = [.. d.OtherKeys.Except(d.SingleKeys)] });
        DerivedReader? reader = drafts[0].Derivation == ColumnDerivation.Element ? null : new DerivedReader(held);
        var row = new double[drafts.Length];
        int at = 0;
        foreach (ReferenceRows batch in rows)
        {
            if (batch.Find(drafts[0].Side, drafts[0].Tensor) is not { } tensor)
            {
                continue;
            }

            for (int i = 0; reader is null && i < values.Length; i++)
            {
                ElementReader.Read(tensor, drafts[i].Index, drafts[i].Width, values[i].AsSpan(at, batch.Rows));
            }

            for (int r = 0; reader is not null && r < batch.Rows; r++)
            {
                reader.Read(tensor, r, row);
                for (int i = 0; i < row.Length; i++)
                {
                    values[i][at + r] = row[i];
                }
            }

            at += batch.Rows;
        }

        return Array.ConvertAll(values, v => v[..at]);
    }

    private static Span<long> LongsOf(ColumnDefinition draft, IReadOnlyList<ReferenceRows> rows, int total)
    {
        var values = new long[total];
        int at = 0;
        foreach (ReferenceRows batch in rows)
        {
            ReadOnlySpan<long> from = batch.Find(draft.Side, draft.Tensor) is { } tensor ? tensor.AsSpan<long>() : [];
            for (int i = draft.Index; i < from.Length; i += draft.Width)
            {
                values[at++] = from[i];
            }
        }

        return values.AsSpan(0, at);
    }

    /// <summary>The ids of tokens in the reference, ascending, and those that occur in one row alone; null if there are too many to keep.</summary>
    private static (ulong[] All, ulong[] Single)? TokensOf(ColumnDefinition draft, IReadOnlyList<ReferenceRows> rows)
    {
        // The first row that has a token, and whether another one has it.
        var ids = new Dictionary<ulong, (long Row, bool Single)>();
        long first = 0;
        foreach (ReferenceRows batch in rows)
        {
            if (batch.Find(draft.Side, draft.Tensor) is not { } tensor)
            {
                continue;
            }

            long width = Math.Max(tensor.ElementCount / Math.Max(batch.Rows, 1), 1);
            for (int i = 0; i < tensor.ElementCount; i++)
            {
                ulong id = (ulong)(tensor.ElementType == ElementType.Int64 ? tensor.AsSpan<long>()[i] : tensor.AsSpan<int>()[i]);
                long row = first + (i / width);
                ids[id] = ids.TryGetValue(id, out (long Row, bool Single) seen) ? (seen.Row, seen.Single && seen.Row == row) : (row, true);
                if (ids.Count > MaxTokens)
                {
                    return null;
                }
            }

            first += batch.Rows;
        }

        return ([.. ids.Keys.Order()], [.. ids.Where(static t => t.Value.Single).Select(static t => t.Key)]);
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

    private static ColumnDefinition? WithTokens(ColumnDefinition draft, IReadOnlyList<ReferenceRows> rows) =>
        draft.Derivation != ColumnDerivation.UnknownShare ? draft : TokensOf(draft, rows) is { } tokens ? draft with { OtherKeys = tokens.All, SingleKeys = tokens.Single } : null;

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
        return place >= 0 && columns[place].Layout.Kind == ColumnKind.Categorical && columns[place].Derivation == ColumnDerivation.Element
            ? place
            : throw new MonitoringException($"Reference profile: expected a categorical element '{name}' of a tensor for the segments, got {(place < 0 ? "none of that name" : $"a column of kind {columns[place].Layout.Kind} that is {columns[place].Derivation}")}. Name a column of few values, or state that it is categorical.");
    }
}
