namespace Inference.Evaluation.Reading;

/// <summary>One decision: candidates are selected by type and shape, then by the class list, then by their predictions.</summary>
internal sealed class ReadingDecision
{
    // Logits and their softmax answer alike but for ties in rounding.
    private const double SameAnswers = 0.99;

    private readonly ModelInfo _info;
    private readonly ReadingOptions _options;
    private readonly LabelFacts _labels;
    private readonly List<ValueColumn> _outputs = [];
    private readonly List<string> _looked = [];
    private readonly List<string> _notes = [];

    public ReadingDecision(ModelInfo info, IReadOnlyList<ReadingSample> samples, ReadingOptions options)
    {
        _info = info;
        _options = options;
        string reason = "";
        ValueColumn[] labels = [.. samples.Select(s => ValueColumns.Of("labels", s.Labels, out reason) ?? throw new EvaluationException($"Labels: expected numbers or texts with one row per label, got {s.Labels}: {reason}. Choose another column."))];
        _labels = new LabelFacts(ValueColumns.Join(labels), options);
        if (_labels.Column.Rows == 0)
        {
            throw new EvaluationException($"Model '{info.Name}': expected rows from which to decide how outputs are read, got none. Pass some rows with labels.");
        }

        foreach ((string name, _) in samples[0].Outputs)
        {
            if (options.OutputName is null || options.OutputName == name)
            {
                Look(name, samples);
            }
        }

        if (options.OutputName is not null && _looked.Count == 0 && _outputs.Count == 0)
        {
            throw new EvaluationException($"Model '{info.Name}': expected an output named '{options.OutputName}', got {string.Join(", ", samples[0].Outputs.Select(static o => $"'{o.Key}'"))}. Set OutputName to one of these.");
        }
    }

    /// <exception cref="EvaluationException">Nothing can be read unambiguously.</exception>
    public OutputReading Decide()
    {
        if (_options.Task is null or ReadingTask.Classes)
        {
            ScoreCandidate[] scores = [.. _outputs.SelectMany(Scores)];
            ValueColumn[] answers = [.. _outputs.Where(IsAnswer)];
            if (ByClasses(scores, answers) is { } reading)
            {
                return Finish(reading);
            }
        }

        if (_options.Task is null or ReadingTask.Tokens && Only(_outputs.Where(IsTokens)) is { } tokens)
        {
            return Finish(new OutputReading { Task = ReadingTask.Tokens, LabelOutput = tokens.Name, Coding = LabelCoding.Same, Metric = "token_accuracy" });
        }

        if (_options.Task is null or ReadingTask.Values or ReadingTask.Boxes && Only(_outputs.Where(IsNumbers)) is { } numbers)
        {
            bool boxes = _options.Task == ReadingTask.Boxes || (_options.Task is null && numbers.RowElements % 4 == 0 && numbers.Name.Contains("box", StringComparison.OrdinalIgnoreCase));
            return Finish(new OutputReading { Task = boxes ? ReadingTask.Boxes : ReadingTask.Values, ScoreOutput = numbers.Name, Coding = LabelCoding.Numbers, Metric = boxes ? "box_iou" : "rmse" });
        }

        throw Refused("no output fits these labels");
    }

    private void Look(string name, IReadOnlyList<ReadingSample> samples)
    {
        string reason = "";
        ValueColumn?[] parts = [.. samples.Select(s => s.Outputs.TryGetValue(name, out ModelValue? value) ? ValueColumns.Of(name, value, out reason) : null)];
        ValueColumn? column = parts.All(static p => p is not null) ? ValueColumns.Join([.. parts.Select(static p => p!)]) : null;
        if (column is null)
        {
            _looked.Add($"'{name}': {(reason.Length > 0 ? reason : "not in every batch")}");
        }
        else if (column.Rows != _labels.Column.Rows)
        {
            _looked.Add($"'{name}', {column.Description}: {column.Rows} rows for {_labels.Column.Rows} labels");
        }
        else if (column.IsNumber && Array.Exists(column.Numbers, double.IsNaN))
        {
            _looked.Add($"'{name}', {column.Description}: NaN in row {Array.FindIndex(column.Numbers, double.IsNaN) / Math.Max(1, column.RowElements)}");
        }
        else
        {
            _outputs.Add(column);
        }
    }

    private IEnumerable<ScoreCandidate> Scores(ValueColumn output)
    {
        int[] shape = output.Squeezed;
        if (output.Kind == ColumnKind.Map)
        {
            if (_labels.OneHotClasses == output.Keys.Count || (_labels.IsClassLike && _labels.Shape.Length == 0))
            {
                yield return new ScoreCandidate(output, 1, output.Keys.Count);
            }
        }
        else if (output.Kind == ColumnKind.Real)
        {
            if (_labels.OneHotClasses is { } classes && shape.SequenceEqual([classes]))
            {
                yield return new ScoreCandidate(output, output.RowShape.ToList().IndexOf(classes) + 1, classes);
            }
            else if (_labels.IsClassLike && ClassAxis(output) is { } axis)
            {
                yield return new ScoreCandidate(output, axis, output.RowShape[axis - 1]);
            }
            else if (_labels.AreTwo && shape.SequenceEqual(_labels.Shape))
            {
                yield return new ScoreCandidate(output, null, 2);
            }
        }
    }

    // The axis that leaves the labels' shape when it is removed: for images the first (NCHW), for sequences the last.
    private int? ClassAxis(ValueColumn output)
    {
        int[] axes = [.. Enumerable.Range(0, output.RowShape.Count)
            .Where(axis => output.RowShape[axis] > 1 && output.RowShape.Where((size, i) => i != axis && size != 1).SequenceEqual(_labels.Shape))];
        return axes.Length == 0 ? null : (output.RowShape.Count > 2 ? axes[0] : axes[^1]) + 1;
    }

    // Labels written as real numbers count if they are all among the labels' values.
    private bool IsAnswer(ValueColumn output) => output.Squeezed.Length == 0
        && (_labels.OneHotClasses is not null || (_labels.IsClassLike && _labels.Shape.Length == 0))
        && (output.Kind is ColumnKind.Whole or ColumnKind.Boolean or ColumnKind.Text || (output.Kind == ColumnKind.Real && !_labels.AreTwo && output.IsWhole() && !output.Distinct().Except(_labels.Distinct).Any()));

    private bool IsTokens(ValueColumn output) => output.Kind is ColumnKind.Whole or ColumnKind.Boolean && _labels.Shape.Length > 0 && _labels.Column.IsWhole() && output.Squeezed.SequenceEqual(_labels.Shape);

    // Whole numbers that predict whole numbers are classes; they are read as numbers if the caller says so.
    private bool IsNumbers(ValueColumn output) => output.IsNumber && _labels.Column.IsNumber && output.Squeezed.SequenceEqual(_labels.Shape)
        && (output.Kind == ColumnKind.Real || !_labels.IsClassLike || _options.Task is ReadingTask.Values or ReadingTask.Boxes);

    private OutputReading? ByClasses(ScoreCandidate[] scores, ValueColumn[] answers)
    {
        // An output with as many classes as the labels is preferred to one with more.
        int wanted = _labels.OneHotClasses ?? _labels.Distinct.Count;
        if (scores.Any(s => s.Classes == wanted))
        {
            scores = [.. scores.Where(s => s.Classes == wanted)];
        }

        ValueColumn? answer = answers.Length == 0 ? null : Only(answers);
        OutputReading[] readings = [.. scores.Select(s => ByScores(s, answer)).OfType<OutputReading>()];
        if (readings.Length > 1)
        {
            readings = [Alike(readings)];
        }

        return readings.Length == 1 ? readings[0] : answer is null ? null : ByAnswer(answer);
    }

    private OutputReading? ByScores(ScoreCandidate candidate, ValueColumn? answer)
    {
        ValueColumn output = candidate.Column;
        ScoreForm form = _options.Form ?? Form(candidate);
        var bare = new OutputReading
        {
            Task = ReadingTask.Classes,
            ScoreOutput = output.Name,
            Form = form,
            IsMap = candidate.IsMap,
            ClassAxis = candidate.Axis,
            Coding = LabelCoding.Same,
            Threshold = _options.Threshold ?? (form == ScoreForm.Probability ? 0.5 : 0),
            IgnoredLabel = _options.IgnoredLabel,
            Metric = _labels.Shape.Length > 0 && _labels.OneHotClasses is null ? "token_accuracy" : "accuracy",
        };
        string[] numbers = [.. Enumerable.Range(0, candidate.Classes).Select(static i => ValueColumn.Write(i))];
        IReadOnlyList<string>? names = candidate.IsMap ? output.Keys : null;
        if (names is null && answer is not null)
        {
            EvaluationRows rows = new RowReader(bare with { Classes = numbers, ModelClasses = numbers }).Read(null, output, answer);
            names = ClassLists.Columns([.. Enumerable.Range(0, answer.Elements).Select(answer.ValueAt)], [.. Enumerable.Range(0, rows.Count).Select(i => rows.GetRow(i).Predicted[0])], candidate.Classes, Values());
            if (names is null)
            {
                _looked.Add($"'{output.Name}', {output.Description}: the labels of '{answer.Name}' do not determine the class of each column");
                return null;
            }
        }

        ClassList? list = _labels.OneHotClasses is not null
            ? new ClassList(numbers, names ?? numbers, LabelCoding.OneHot, "the labels have one column per class")
            : ClassLists.Of(names ?? numbers, names is not null, Values(), _options.Classes, out string reason) ?? Missed(output, reason);
        if (list is null)
        {
            return null;
        }

        OutputReading reading = bare with { Classes = list.Labels, ModelClasses = list.Model, Coding = list.Coding, LabelOutput = answer?.Name, Notes = [$"'{output.Name}', {output.Description}: {list.Note}"] };
        return answer is null ? reading : reading with { OutputsAgree = new RowReader(reading).Agree(answer, output) };
    }

    private OutputReading? ByAnswer(ValueColumn answer)
    {
        IReadOnlyList<string> answered = answer.Distinct();
        ClassList? list = _labels.OneHotClasses is { } classes
            ? ClassLists.Of(answered.Count == classes ? answered : [.. Enumerable.Range(0, classes).Select(static i => ValueColumn.Write(i))], true, [], null, out string reason) ?? Missed(answer, reason)
            : ClassLists.OfAnswers(answered, Values(), _options.Classes, out reason) ?? Missed(answer, reason);
        return list is null ? null : new OutputReading
        {
            Task = ReadingTask.Classes,
            LabelOutput = answer.Name,
            Classes = list.Labels,
            ModelClasses = list.Model,
            Coding = _labels.OneHotClasses is null ? list.Coding : LabelCoding.OneHot,
            IgnoredLabel = _options.IgnoredLabel,
            Metric = "accuracy",
            Notes = [$"'{answer.Name}', {answer.Description}: {list.Note}"],
        };
    }

    private IReadOnlyList<string> Values() => _labels.OneHotClasses is null ? _labels.Distinct : [];

    private ClassList? Missed(ValueColumn output, string reason)
    {
        _looked.Add($"'{output.Name}', {output.Description}: {reason}");
        return null;
    }

    private static ScoreForm Form(ScoreCandidate candidate)
    {
        double[] numbers = candidate.Column.Numbers;
        return Array.TrueForAll(numbers, static n => n is >= 0 and <= 1) ? ScoreForm.Probability : ScoreForm.Logit;
    }

    // Of outputs that predict the same classes (a head's logits and their softmax), probabilities are read.
    private OutputReading Alike(OutputReading[] readings)
    {
        OutputReading first = readings.FirstOrDefault(static r => r.Form == ScoreForm.Probability) ?? readings[0];
        int[][] answers = [.. readings.Select(r => Rows(r with { LabelOutput = null })).Select(static rows => Enumerable.Range(0, rows.Count).SelectMany(i => rows.GetRow(i).Predicted.ToArray()).ToArray())];
        int[] chosen = answers[Array.IndexOf(readings, first)];
        for (int i = 0; i < readings.Length; i++)
        {
            int same = answers[i].Zip(chosen).Count(static pair => pair.First == pair.Second);
            if (same < SameAnswers * chosen.Length)
            {
                throw Refused($"outputs {string.Join(", ", readings.Select(static r => $"'{r.ScoreOutput}'"))} all qualify, but '{first.ScoreOutput}' and '{readings[i].ScoreOutput}' agree in only {same} of {chosen.Length} rows");
            }
        }

        _notes.Add($"{string.Join(", ", readings.Select(static r => $"'{r.ScoreOutput}'"))} agree; '{first.ScoreOutput}' is read");
        return first;
    }

    private ValueColumn? Only(IEnumerable<ValueColumn> outputs)
    {
        ValueColumn[] all = [.. outputs];
        return all.Length > 1 ? throw Refused($"outputs {string.Join(", ", all.Select(static o => $"'{o.Name}'"))} all qualify") : all.FirstOrDefault();
    }

    private EvaluationRows Rows(OutputReading reading) =>
        new RowReader(reading).Read(_outputs.Find(o => o.Name == reading.LabelOutput), _outputs.Find(o => o.Name == reading.ScoreOutput), _labels.Column);

    private OutputReading Finish(OutputReading reading)
    {
        reading = reading with { IgnoredLabel = _options.IgnoredLabel, SampleRows = _labels.Column.Rows, Notes = [.. reading.Notes, .. _notes, .. _looked.Select(static l => "not read: " + l)] };
        return new SampleCheck(reading, Rows(reading)).Judge();
    }

    private EvaluationException Refused(string why)
    {
        string[] seen = [.. _outputs.Where(o => !_looked.Exists(l => l.StartsWith($"'{o.Name}'", StringComparison.Ordinal))).Select(static o => $"'{o.Name}', {o.Description}"), .. _looked];
        string values = _labels.OneHotClasses is { } classes ? $"one of {classes} columns" : $"{_labels.Distinct.Count} values: {string.Join(", ", _labels.Distinct.Take(6))}{(_labels.Distinct.Count > 6 ? ", …" : "")}";
        return new EvaluationException(
            $"Model '{_info.Name}': expected an output that predicts the labels, {_labels.Column.Description} ({values}); {why}. Examined {string.Join("; ", seen)}. Specify the output, its task or the class list.");
    }
}
