using System.Globalization;

namespace Inference.Evaluation.Reading;

/// <summary>Finds which label value is which class. What would be a guess is refused with the reason.</summary>
internal static class ClassLists
{
    /// <summary>The list for a model whose classes are known in order: a map's keys, names learnt from a label output, or column numbers from 0.</summary>
    /// <param name="model">What the model calls its classes, in order.</param>
    /// <param name="isNamed">Whether these are names, not mere column numbers.</param>
    /// <param name="labels">The labels' different values, ascending; empty for one-hot.</param>
    /// <param name="given">The caller's list; null: none.</param>
    /// <param name="reason">Why there is none.</param>
    public static ClassList? Of(IReadOnlyList<string> model, bool isNamed, IReadOnlyList<string> labels, IReadOnlyList<string>? given, out string reason)
    {
        reason = "";
        if (given is not null)
        {
            reason = given.Count != model.Count ? $"has {model.Count} classes, the class list given has {given.Count}" : given.Distinct(StringComparer.Ordinal).Count() != given.Count ? "the class list given repeats a value" : "";
            return reason.Length > 0 ? null : new ClassList(given, model, LabelCoding.Given, "class list given");
        }

        HashSet<string> known = [.. model];
        if (labels.All(known.Contains))
        {
            return new ClassList(model, model, LabelCoding.Same, isNamed ? "label values are the model's" : "label values are column numbers from 0");
        }

        if (OneBased(model) is { } next && labels.All(new HashSet<string>(next).Contains))
        {
            return new ClassList(next, model, LabelCoding.OneBased, "label values are numbers from 1");
        }

        if (Loosely(model, labels) is { } loose)
        {
            return new ClassList(loose, model, LabelCoding.Same, "label values are the model's but for case and spaces");
        }

        if (labels.Count == model.Count && !(isNamed && model.All(IsText) && labels.All(IsText)))
        {
            string[] order = [.. Ascending(model)];
            return new ClassList([.. model.Select(m => labels[Array.IndexOf(order, m)])], model, LabelCoding.ByOrder, $"label values in ascending order are the classes in {(isNamed ? "ascending order" : "order of columns")}");
        }

        reason = $"has {model.Count} classes ({Some(model)}); the labels' {labels.Count} values ({Some(labels)}) are neither those, nor numbers from 1, nor as many. Give the label value of each class in order";
        return null;
    }

    /// <summary>The list for a model that answers labels alone.</summary>
    public static ClassList? OfAnswers(IReadOnlyList<string> answers, IReadOnlyList<string> labels, IReadOnlyList<string>? given, out string reason)
    {
        bool shifted = OneBased(answers) is { } next && next.SequenceEqual(labels) && !answers.SequenceEqual(labels);
        bool share = answers.Intersect(labels).Any();
        if (given is null && share && !shifted)
        {
            reason = "";
            string[] all = [.. Ascending(answers.Union(labels))];
            return new ClassList(all, all, LabelCoding.Same, "label values are the model's");
        }

        return Of(answers, isNamed: true, labels, given, out reason);
    }

    /// <summary>What each column is called, from the labels that the model answers beside its scores; null where they do not tell.</summary>
    /// <param name="answers">The answered label of each row.</param>
    /// <param name="best">The column of the best score of each row.</param>
    /// <param name="columns">How many there are.</param>
    /// <param name="labels">The labels' different values.</param>
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
