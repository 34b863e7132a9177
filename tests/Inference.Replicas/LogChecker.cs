using System.Text.Json;
using Inference.Versioning.State;

namespace Inference.Replicas;

/// <summary>Holds the log against what those who decided were told, and each record against a small model of what versions are, of its own.</summary>
/// <param name="directory">The state directory.</param>
/// <param name="steps">What was done.</param>
internal sealed class LogChecker(string directory, IReadOnlyList<Step> steps)
{
    private readonly List<string> _previous = [];
    private readonly HashSet<string> _rejected = [];
    private readonly Dictionary<string, string> _labels = [];
    private readonly HashSet<string> _refused = [];
    private readonly HashSet<string> _loaded = [];
    private readonly HashSet<string> _published = [];
    private string? _canary;
    private string? _policyCanary;

    public List<string> Faults { get; } = [];

    /// <summary>The default at the end.</summary>
    public string? Default { get; private set; }

    /// <summary>Whether that is a version that does not load.</summary>
    public bool IsWantedUnloadable => Default is not null && _refused.Contains(Default);

    public int Records { get; private set; }

    public void Check()
    {
        List<ChainedLine> log = Read();
        Records = log.Count;
        string previous = new('0', 64);
        for (int i = 0; i < log.Count; i++)
        {
            ChainedLine line = log[i];
            Require(line.Sequence == i + 1, line, $"expected sequence {i + 1}");
            Require(line.Previous == previous, line, "it does not follow from the record before");
            Require(line.Hash == line.ComputeHash(), line, "its content does not have its hash");
            previous = line.Hash;
            Apply(line);
        }

        CheckSteps(log);
        CheckStateFile(log);
    }

    // A file that was copied aside and not yet cut when its process died is there twice.
    private List<ChainedLine> Read()
    {
        var log = new List<ChainedLine>();
        foreach (string file in Directory.EnumerateFiles(directory, "decisions.0*.jsonl").Order(StringComparer.Ordinal).Append(Path.Combine(directory, "decisions.jsonl")))
        {
            string text = File.ReadAllText(file);
            List<ChainedLine> lines = [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(ChainedLine.Parse)];
            log.RemoveAll(l => lines.Count > 0 && l.Sequence >= lines[0].Sequence);
            log.AddRange(lines);
        }

        return log;
    }

    private void Apply(ChainedLine line)
    {
        switch (line.Action)
        {
            case "default":
                Require(line.Actor == "policy", line, "only the policy adopts");
                Require(!_rejected.Contains(line.Version), line, "what was rolled back became the default");
                Choose(line.Version, Default);
                break;
            case "promote":
                Require(line.IsByPerson || !_rejected.Contains(line.Version), line, "what was rolled back was promoted automatically");
                Choose(line.Version, line.From == line.Version ? Default : line.From);
                _rejected.Remove(line.Version);
                _canary = null;
                break;
            case "rollback":
                RollBack(line);
                break;
            case "canary":
                Require(line.Version != Default, line, "the default went on trial");
                Require(line.IsByPerson || !_rejected.Contains(line.Version), line, "what was rolled back was put on trial automatically");
                (_canary, _policyCanary) = line.IsByPerson ? (line.Version, _policyCanary) : (_canary, line.Version);
                break;
            case "label":
                Require(line.From == _labels.GetValueOrDefault(line.Fact("label")!), line, $"expected to take the label from '{_labels.GetValueOrDefault(line.Fact("label")!)}', took it from '{line.From}'");
                _labels[line.Fact("label")!] = line.Version;
                break;
            case "refused":
                Require(_refused.Add(line.Version), line, "it was noted before");
                break;
            case "load":
                Require(_loaded.Add($"{line.Version} {line.Fact("stamp")}"), line, "it was noted before");
                break;
            case "publish":
                Require(_published.Add(line.Version), line, "it was published before");
                break;
            case "options" or "erase" or "key" or "signature":
                break;
            case "checkpoint":
                RequireSame(line, StateJson.TryParseState(line.Fact("state")!));
                break;
            default:
                Require(false, line, "an action that nobody knows");
                break;
        }
    }

    private void RollBack(ChainedLine line)
    {
        string? back = line.Fact("back");
        if (back is null)
        {
            // One that could not be written when it was made is written whatever is on trial by then: a rejection is never lost.
            Require((_canary ?? _policyCanary) == line.Version || line.Fact("written") is not null, line, $"expected the canary '{_canary ?? _policyCanary}' to be rolled back");
            (_canary, _policyCanary) = (line.Version == _canary ? null : _canary, line.Version == _policyCanary ? null : _policyCanary);
        }
        else
        {
            Require(Default == line.Version, line, $"expected the default '{Default}' to be rolled back");
            string? expected = _previous.LastOrDefault(v => v != line.Version && !_rejected.Contains(v));
            Require(back == expected, line, $"expected to go back to '{expected}', went to '{back}'");
            int place = _previous.LastIndexOf(back);
            _previous.RemoveRange(Math.Max(0, place), _previous.Count - Math.Max(0, place));
            Default = back;
            (_canary, _policyCanary) = (null, null);
        }

        _rejected.Add(line.Version);
    }

    private void Choose(string version, string? from)
    {
        _previous.RemoveAll(v => v == version || v == from);
        if (from is not null && from != version)
        {
            _previous.Add(from);
            _previous.RemoveRange(0, Math.Max(0, _previous.Count - 16));
        }

        Default = version;
        _policyCanary = null;
    }

    /// <summary>Every decision that somebody was told of is there once, none twice; of two steps that did not overlap, the later one's stands later.</summary>
    private void CheckSteps(List<ChainedLine> log)
    {
        var places = log.Where(l => l.IsByPerson).GroupBy(l => l.Reason).ToDictionary(g => g.Key, g => g.ToList());
        foreach (Step step in steps.Where(s => s.Action is "promote" or "rollback" or "label" or "canary"))
        {
            int count = places.TryGetValue(step.Id, out List<ChainedLine>? found) ? found.Count : 0;
            if (count > 1 || (step.End is not null && count == 0) || (step.IsRefused && count > 0))
            {
                Faults.Add($"step {step.Id} ({step.Action} '{step.Version}'), {(step.End is not null ? "acknowledged" : step.IsRefused ? "refused" : "cut off")}, is in the log {count} times");
            }
            else if (found is not null && (found[0].Action != step.Action || (step.Version.Length > 0 && found[0].Version != step.Version)))
            {
                Faults.Add($"step {step.Id} ({step.Action} '{step.Version}') is in the log as {found[0]}");
            }
        }

        long latest = 0;
        List<(long At, bool IsEnd, long Sequence)> events = [.. steps.Where(s => s.End is not null && places.ContainsKey(s.Id))
            .SelectMany(s => new[] { (s.Begin, false, places[s.Id][0].Sequence), (s.End!.Value, true, places[s.Id][0].Sequence) }).Order()];
        foreach ((long _, bool isEnd, long sequence) in events)
        {
            if (isEnd)
            {
                latest = Math.Max(latest, sequence);
            }
            else if (sequence < latest)
            {
                Faults.Add($"record {sequence} was asked for after record {latest} was acknowledged");
            }
        }
    }

    private void CheckStateFile(List<ChainedLine> log)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "state.json")));
        if (file.RootElement.GetProperty("hash").GetString() != log[^1].Hash)
        {
            Faults.Add($"state.json is of record {file.RootElement.GetProperty("sequence")}, the log ends with {log[^1]}");
        }

        RequireSame(log[^1], StateJson.TryParseState(file.RootElement.GetProperty("state").GetRawText()));
    }

    private void RequireSame(ChainedLine line, RepositoryState? state)
    {
        Require(state is not null && state.Default == Default && state.Canary == _canary, line, "the state has another default or canary");
        Require(state is not null && state.Previous.SequenceEqual(_previous), line, "the state has other earlier defaults");
        Require(state is not null && state.Rejected.Keys.ToHashSet().SetEquals(_rejected), line, "the state has other rejected versions");
        Require(state is not null && state.Labels.OrderBy(l => l.Key).SequenceEqual(_labels.OrderBy(l => l.Key)), line, "the state has other labels");
    }

    private void Require(bool holds, ChainedLine line, string what)
    {
        if (!holds)
        {
            Faults.Add($"{line}: {what}");
        }
    }
}
