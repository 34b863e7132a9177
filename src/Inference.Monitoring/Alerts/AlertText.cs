using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Inference.Monitoring.Alerts;

/// <summary>The words of alerts.</summary>
internal static class AlertText
{
    // A title is one line of a mail, a chat or a log.
    private const int NamedColumns = 3;
    private const int MaxName = 64;
    private const int MaxDescription = 512;

    /// <summary>The columns in warning or alarm, worst first.</summary>
    public static IEnumerable<ColumnSnapshot> Changed(MonitoringSnapshot snapshot) => snapshot.Columns
        .Where(static c => c.State >= MonitoringState.Warning)
        .OrderByDescending(static c => c.State)
        .ThenByDescending(static c => double.IsNaN(c.LogEvidence) ? double.NegativeInfinity : c.LogEvidence);

    /// <summary>What is told of a snapshot: its columns in warning or alarm, and the rules that the model as a whole breaks, which no column has the name of.</summary>
    public static IEnumerable<string> Names(MonitoringSnapshot snapshot) => Changed(snapshot).Select(static c => c.Name).Concat(snapshot.Rules.Select(static r => $"\u0001{r.Rule}"));

    /// <summary>What equal alerts have in common: the first 16 digits of the SHA-256 of model, version, state, columns and rules.</summary>
    public static string Key(MonitoringSnapshot snapshot)
    {
        // A name may hold any character but this one, which separates them.
        string text = string.Join('\0', [snapshot.ModelName, snapshot.ModelVersion, State(snapshot.State), .. Names(snapshot).Order(StringComparer.Ordinal)]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
    }

    /// <summary>One line for people.</summary>
    public static string Title(MonitoringSnapshot snapshot, bool remind)
    {
        var text = new StringBuilder(remind ? "Still: model '" : "Model '").Append(Line(snapshot.ModelName)).Append('\'');
        if (snapshot.ModelVersion.Length > 0)
        {
            text.Append(", version '").Append(Line(snapshot.ModelVersion)).Append('\'');
        }

        text.Append(": ").Append(State(snapshot.State));
        ColumnSnapshot[] changed = [.. Changed(snapshot)];
        if (changed.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" in {changed.Length} of {snapshot.Columns.Count} columns: ");
            text.AppendJoin(", ", changed.Take(NamedColumns).Select(static c => c.Rule is null ? $"'{Line(c.Name)}'" : $"'{Line(c.Name)}' ({Line(c.Rule)})"));
            text.Append(changed.Length > NamedColumns ? ", …" : "");
            text.Append(string.Concat(snapshot.Rules.Select(static r => $"; {r.Rule}")));
        }

        return text.Append(changed.Length == 0 && snapshot.Description.Length > 0 ? $": {Line(snapshot.Description, MaxDescription)}" : ".").ToString();
    }

    /// <summary>The state in lower case.</summary>
    public static string State(MonitoringState state) => state switch
    {
        MonitoringState.Unavailable => "unavailable",
        MonitoringState.Learning => "learning",
        MonitoringState.Healthy => "healthy",
        MonitoringState.Warning => "warning",
        _ => "alarm",
    };

    // Names come from files: a line feed in one would forge a line of a log.
    private static string Line(string text, int most = MaxName)
    {
        string line = string.Create(text.Length, text, static (span, t) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(t[i]) ? ' ' : t[i];
            }
        });
        return line.Length <= most ? line : string.Concat(line.AsSpan(0, most - 1), "…");
    }
}
