using System.Globalization;

namespace Inference.Evaluation.Reading;

/// <summary>Determines which label value belongs to which class. An ambiguous assignment is refused with the reason.</summary>
internal static class ClassLists
{
    /// <summary>The class list of a model whose classes are known in order: a map's keys, names learnt from a label output, or column numbers from 0.</summary>
    /// <param name="model">The model's class names, in order.</param>
    /// <param name="isNamed">Whether these are names rather than column numbers.</param>
    /// <param name="labels">The distinct label values, ascending; empty for one-hot.</param>
    /// <param name="given">The caller's class list; null for none.</param>
    /// <param name="reason">The reason if there is none.</param>
    public static ClassList? Of(IReadOnlyList<string> model, bool isNamed, IReadOnlyList<string> labels, IReadOnlyList<string>? given, out string reason)
    {
        reason = "";
        if (given is not null)
        {
            reason = given.Count != model.Count ? $"has {model.Count} classes, the given class list {given.Count}" : given.Distinct(StringComparer.Ordinal).Count() != given.Count ? "the given class list repeats a value" : "";
            return reason.Length > 0 ? null : new ClassList(given, model, LabelCoding.Given, "given class list");
        }

        HashSet<string> known = [.. model];
        if (labels.All(known.Contains))
        {
            return new ClassList(model, model, LabelCoding.Same, isNamed ? "label values are the model's class names" : "label values are column numbers from 0");
        }

        if (OneBased(model) is { } next && labels.All(new HashSet<string>(next).Contains))
        {
            return new ClassList(next, model, LabelCoding.OneBased, "label values are numbers from 1");
        }

        if (Loosely(model, labels) is { } loose)
        {
            return new ClassList(loose, model, LabelCoding.Same, "label values are the model's class names, ignoring case and spaces");
        }

        if (labels.Count == model.Count && !(isNamed && model.All(IsText) && labels.All(IsText)))
        {
            string[] order = [.. Ascending(model)];
            return new ClassList([.. model.Select(m => labels[Array.IndexOf(order, m)])], model, LabelCoding.ByOrder, $"label values in ascending order are the classes in {(isNamed ? "ascending order" : "order of columns")}");
        }

        reason = $"has {model.Count} classes ({Some(model)}); the labels' {labels.Count} values ({Some(labels)}) match neither these classes, nor numbers from 1, nor the number of classes. Pass the label value of each class in order";
        return null;
    }

    /// <summary>The class list of a model that returns labels only.</summary>
    public static ClassList? OfAnswers(IReadOnlyList<string> answers, IReadOnlyList<string> labels, IReadOnlyList<string>? given, out string reason)
    {
        bool shifted = OneBased(answers) is { } next && next.SequenceEqual(labels) && !answers.SequenceEqual(labels);
        bool share = answers.Intersect(labels).Any();
        if (given is null && share && !shifted)
        {
            reason = "";
            string[] all = [.. Ascending(answers.Union(labels))];
            return new ClassList(all, all, LabelCoding.Same, "label values are the model's class names");
        }

        return Of(answers, isNamed: true, labels, given, out reason);
    }

    /// <summary>Derives the class name of each column from the labels that the model returns in addition to its scores; null if they do not determine it.</summary>
    /// <param name="answers">The predicted label of each row.</param>
    /// <param name="best">The column with the highest score of each row.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="labels">The distinct label values.</param>
    public static IReadOnlyList<string>? Columns(IReadOnlyList<string> answers, IReadOnlyList<int> best, int columns, IReadOnlyList<string> labels)
    {
        var seen = new string?[columns];
        foreach (var group in answers.Zip(best).Where(static pair => pair.Second >= 0).GroupBy(static pair => pair.Second))
        {
            seen[group.Key] = group.CountBy(static pair => pair.First).MaxBy(static pair => pair.Value).Key;
        }

        // In ascending order, as scikit-learn writes its classes; or numbers of columns; or each column was seen.
        string[] numbers = [.. Enumerable.Range(0, columns).Select(static i => i.ToString(CultureInfo.InvariantCulture))];
        string[] answered = [.. Ascending(answers.Distinct(StringComparer.Ordinal))], both = [.. Ascending(answers.Union(labels))];
        return new[] { answered, both, numbers }.FirstOrDefault(names => names.Length == columns && Fits(names, seen))
            ?? (seen.All(static name => name is not null) && seen.Distinct().Count() == columns ? [.. seen.Select(static name => name!)] : null);
    }

    private static bool Fits(string[] names, string?[] seen) => names.Zip(seen).All(static pair => pair.Second is null || pair.First == pair.Second);

    private static string[]? OneBased(IReadOnlyList<string> model)
    {
        var next = new string[model.Count];
        for (int i = 0; i < next.Length; i++)
        {
            if (!long.TryParse(model[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) || number < 0)
            {
                return null;
            }

            next[i] = (number + 1).ToString(CultureInfo.InvariantCulture);
        }

        return model.Contains("0") ? next : null;
    }

    private static string[]? Loosely(IReadOnlyList<string> model, IReadOnlyList<string> labels)
    {
        var byForm = labels.ToLookup(static l => l.Trim(), StringComparer.OrdinalIgnoreCase);
        string[] matched = [.. model.Select(m => byForm[m.Trim()].Count() == 1 ? byForm[m.Trim()].Single() : m)];
        return labels.All(matched.Contains) && matched.Distinct().Count() == matched.Length ? matched : null;
    }

    private static IEnumerable<string> Ascending(IEnumerable<string> values)
    {
        string[] all = [.. values];
        return all.All(static v => !IsText(v)) ? all.OrderBy(static v => double.Parse(v, CultureInfo.InvariantCulture)) : all.Order(StringComparer.Ordinal);
    }

    private static bool IsText(string value) => !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static string Some(IReadOnlyList<string> values) => string.Join(", ", values.Take(6)) + (values.Count > 6 ? ", …" : "");
}
