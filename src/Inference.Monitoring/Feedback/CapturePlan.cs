using System.Globalization;
using Inference.Feedback;
using Inference.Monitoring.Cells;
using Inference.Security;
using Microsoft.Extensions.Compliance.Classification;
using Microsoft.Extensions.Compliance.Redaction;

namespace Inference.Monitoring.Feedback;

/// <summary>Which columns of a call are kept, and how they are read and redacted. Immutable.</summary>
internal sealed class CapturePlan
{
    // Elements of a tensor that is named without an index.
    private const int MostElements = 256;
    private readonly IColumnCapture[] _captures;
    private readonly int _numbers;
    private readonly int _texts;
    private readonly int _mostRows;

    // For each column, its place among the numbers, or among the texts as ~place.
    private readonly int[] _places;
    private readonly Redactor[] _redactors;

    /// <exception cref="InferenceException">A column is none of the model's.</exception>
    public CapturePlan(ModelInfo info, FeedbackOptions options, IRedactorProvider? redactors = null)
    {
        _mostRows = options.MaxRowsPerCall;
        var columns = new List<CaptureColumn>();
        foreach (FeedbackColumnOptions column in options.Columns)
        {
            columns.AddRange(Resolve(info, column, one: false));
        }

        // The score is a number to compute with; segments are kept as the columns say.
        foreach (string name in options.Segments.Append(options.Score).OfType<string>())
        {
            if (!columns.Exists(c => c.Name == name))
            {
                columns.AddRange(Resolve(info, new FeedbackColumnOptions { Name = name }, one: true));
            }
        }

        columns = [.. columns.DistinctBy(static c => c.Name)];
        if (options.Score is { } score && columns.Find(c => c.Name == score) is { } scored && (scored.IsText || !scored.IsOutput || scored.Options.Redaction == FeedbackRedaction.Hash || scored.Options.Classification is not null))
        {
            throw new InferenceException($"Model '{info.Name}', UseFeedback: expected a numeric output that is neither hashed nor classified as Score, got '{score}'. Name another column, or keep its values.");
        }

        Columns = new FeedbackColumns([.. columns.Select(static c => c.Name)], options.Score, [.. options.Segments.Distinct(StringComparer.Ordinal)]);
        _places = new int[columns.Count];
        _redactors = [.. columns.Select(c => new Redactor(c.Name, c.Options, options, Classified(info, c.Options, redactors)))];
        var captures = new List<IColumnCapture>();
        foreach (IGrouping<(bool IsOutput, string Tensor, bool IsText), (CaptureColumn Column, int Index)> group in columns.Select(static (c, i) => (c, i)).GroupBy(static x => (x.c.IsOutput, x.c.Tensor, x.c.IsText)))
        {
            (CaptureColumn Column, int Index)[] members = [.. group.OrderBy(static m => m.Column.Element)];
            int first = group.Key.IsText ? _texts : _numbers;
            captures.Add(members[0].Column.Key is null
                ? new TensorCapture(group.Key.IsOutput, group.Key.Tensor, group.Key.IsText, [.. members.Select(static m => m.Column.Element)], first)
                : new MapCapture(group.Key.IsOutput, group.Key.Tensor, [.. members.Select(static m => m.Column.Key!)], first));
            for (int i = 0; i < members.Length; i++)
            {
                _places[members[i].Index] = group.Key.IsText ? ~(first + i) : first + i;
            }

            _numbers += group.Key.IsText ? 0 : members.Length;
            _texts += group.Key.IsText ? members.Length : 0;
        }

        _captures = [.. captures];
    }

    /// <summary>The columns.</summary>
    public FeedbackColumns Columns { get; }

    /// <summary>The memory of the columns of the largest call, in bytes.</summary>
    public long MostBytes => (long)_mostRows * (_numbers + _texts) * sizeof(double);

    /// <summary>Reads the columns of a call into a slot.</summary>
    public void Capture(NamedValues inputs, NamedValues outputs, PredictionSlot slot)
    {
        slot.Rows = Rows(outputs);
        slot.KeptRows = _captures.Length == 0 ? 0 : Math.Min(slot.Rows, _mostRows);
        Ensure(ref slot.Numbers, slot.KeptRows * _numbers);
        Ensure(ref slot.Texts, slot.KeptRows * _texts);
        foreach (IColumnCapture capture in _captures)
        {
            capture.Read(capture.IsOutput ? outputs : inputs, slot, capture.IsText ? _texts : _numbers);
        }
    }

    /// <summary>Makes what is kept of the slot, redacted, and forgets what is in the slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="hash">The keyed hash of a name.</param>
    /// <param name="named">Whether the names are needed, to encrypt.</param>
    public KeptPrediction Keep(PredictionSlot slot, Func<string, string> hash, bool named)
    {
        int width = _places.Length;
        var values = new FeedbackValue[slot.KeptRows * width];
        for (int row = 0; row < slot.KeptRows; row++)
        {
            for (int column = 0; column < width; column++)
            {
                int place = _places[column];
                values[(row * width) + column] = place >= 0
                    ? _redactors[column].Redact(slot.Numbers[(row * _numbers) + place])
                    : _redactors[column].Redact(slot.Texts[(row * _texts) + ~place]);
            }
        }

        var kept = new KeptPrediction
        {
            Id = slot.Id,
            At = new DateTimeOffset(slot.At, TimeSpan.Zero),
            ModelVersion = slot.Version,
            Arm = slot.Arm,
            Subject = slot.Subject is { } subject ? hash(subject) : null,
            Tenant = slot.Tenant is { } tenant ? hash(tenant) : null,
            Owner = named ? new DataOwner(slot.Tenant, slot.Subject) : default,
            Rows = slot.Rows,
            Columns = Columns,
            Values = values,
        };
        Array.Clear(slot.Numbers);
        Array.Clear(slot.Texts);
        slot.Subject = null;
        slot.Tenant = null;
        slot.Arm = null;
        return kept;
    }

    private static Microsoft.Extensions.Compliance.Redaction.Redactor? Classified(ModelInfo info, FeedbackColumnOptions column, IRedactorProvider? redactors)
    {
        if (column.Classification is not { } text)
        {
            return null;
        }

        string[] parts = text.Split(':');
        return redactors is null
            ? throw new InferenceException($"Model '{info.Name}', UseFeedback: expected a registered IRedactorProvider because column '{column.Name}' is classified, got none. Call services.AddRedaction(…) of Microsoft.Extensions.Compliance.Redaction.")
            : redactors.GetRedactor(new DataClassification(parts[0], parts[1]));
    }

    private static int Rows(NamedValues outputs)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            switch (outputs.GetAt(i).Value)
            {
                case TensorValue { Rank: > 0 } tensor:
                    return (int)Math.Clamp(tensor.Shape[0], 1, int.MaxValue);
                case SequenceValue sequence:
                    return Math.Max(sequence.Count, 1);
            }
        }

        return 1;
    }

    private static void Ensure<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            array = new T[length];
        }
    }

    private static IEnumerable<CaptureColumn> Resolve(ModelInfo info, FeedbackColumnOptions column, bool one)
    {
        // Names may have brackets themselves: the longest port that fits.
        (ModelPort Port, bool IsOutput)[] ports = [.. info.Outputs.Select(static p => (p, true)), .. info.Inputs.Select(static p => (p, false))];
        (ModelPort? port, bool isOutput) = ports.Where(p => InnerOf(column.Name, p.Port.Name) is not null).OrderByDescending(static p => p.Port.Name.Length).FirstOrDefault();
        if (port is null)
        {
            string[] names = [.. info.Inputs.Concat(info.Outputs).Select(static p => p.Name)];
            string near = NearestName.Among(names, column.Name.Split('[')[0]) is { } name ? $" Did you mean '{name}'?" : "";
            throw new InferenceException($"Model '{info.Name}', UseFeedback: expected a column of an input or output, got '{column.Name}'.{near} Name one of {string.Join(", ", names.Select(static n => $"'{n}'"))}, with [j] for element j of a row.");
        }

        string? inner = InnerOf(column.Name, port.Name) is { Length: > 0 } given ? given : null;
        if (port.Type is { Kind: ModelValueKind.Map } or { Kind: ModelValueKind.Sequence, Element.Kind: ModelValueKind.Map })
        {
            return inner is not null
                ? [new CaptureColumn(column.Name, isOutput, port.Name, 0, false, column, inner)]
                : throw new InferenceException($"Model '{info.Name}', UseFeedback: expected a key of the map '{port.Name}', got none. Name keys, such as '{port.Name}[1]'.");
        }

        bool isText = port.Type.ElementType == ElementType.String;
        if (port.Type.Kind != ModelValueKind.Tensor || !(isText || ElementReader.IsNumeric(port.Type.ElementType)))
        {
            throw new InferenceException($"Model '{info.Name}', UseFeedback: expected a tensor of numbers or strings, got '{port.Name}', a {port.Type}. Leave it out.");
        }

        long? width = Width(port);
        if (inner is not null)
        {
            if (!int.TryParse(inner, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || index >= width)
            {
                throw new InferenceException($"Model '{info.Name}', UseFeedback: expected an element from 0{(width is null ? "" : $" to below {width}")} of '{port.Name}', got '{column.Name}'. Correct the index.");
            }

            return [new CaptureColumn(column.Name, isOutput, port.Name, index, isText, column)];
        }

        if (width is null or > MostElements || (one && width != 1))
        {
            throw new InferenceException($"Model '{info.Name}', UseFeedback: expected {(one ? "one element" : $"at most {MostElements} elements")} a row, got '{port.Name}' with {width?.ToString(CultureInfo.InvariantCulture) ?? "any number"}. Name elements, such as '{port.Name}[0]'.");
        }

        return width == 1
            ? [new CaptureColumn(port.Name, isOutput, port.Name, 0, isText, column)]
            : Enumerable.Range(0, (int)width).Select(i => new CaptureColumn(string.Create(CultureInfo.InvariantCulture, $"{port.Name}[{i}]"), isOutput, port.Name, i, isText, column));
    }

    private static long? Width(ModelPort port)
    {
        long width = 1;
        foreach (Dimension dimension in port.Shape?.Skip(1) ?? [Dimension.Unknown])
        {
            if (dimension.Size is not { } size)
            {
                return null;
            }

            width *= size;
        }

        return width;
    }

    // What stands between the brackets after the name of a port: empty without brackets; null if it is no column of the port.
    private static string? InnerOf(string column, string port) =>
        column == port ? "" : column.Length > port.Length + 2 && column.StartsWith(port, StringComparison.Ordinal) && column[port.Length] == '[' && column[^1] == ']' ? column[(port.Length + 1)..^1] : null;

    private sealed record CaptureColumn(string Name, bool IsOutput, string Tensor, int Element, bool IsText, FeedbackColumnOptions Options, string? Key = null);
}
