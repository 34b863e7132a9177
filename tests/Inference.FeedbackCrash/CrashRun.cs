using System.Diagnostics;
using Inference.Feedback;
using Inference.Monitoring;

namespace Inference.FeedbackCrash;

/// <summary>
/// Starts a worker on a file, kills it at a random moment, and starts it again, over and over. Every report that was acknowledged is in the store, once, with its value, however often it is made again; none is accepted twice.
/// </summary>
internal sealed class CrashRun(string folder, int seed)
{
    // Reports that the next process makes again.
    private const int MostAgain = 60;
    private readonly string _path = Path.Combine(folder, "feedback.db");
    private readonly Dictionary<(Guid, int), double> _acknowledged = [];
    private readonly Dictionary<(Guid, int), FeedbackReport> _made = [];
    private readonly List<string> _faults = [];
    private readonly Random _random = new(seed);
    private int _again;

    public static async Task<CrashReport> RunAsync(int kills, int seed)
    {
        string folder = Directory.CreateTempSubdirectory("inference-crash-").FullName;
        try
        {
            return await new CrashRun(folder, seed).RunAsync(kills).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<CrashReport> RunAsync(int kills)
    {
        for (int i = 0; i < kills; i++)
        {
            await LiveAsync(i).ConfigureAwait(false);
        }

        int stored = await CheckAsync().ConfigureAwait(false);
        return new CrashReport(kills, _made.Count, _acknowledged.Count, _again, stored, _faults);
    }

    private async Task LiveAsync(int number)
    {
        string again = Path.Combine(folder, "again.txt");
        FeedbackReport[] made = [.. _made.Values];
        _random.Shuffle(made);
        await File.WriteAllLinesAsync(again, made.Take(MostAgain).Select(CrashWorker.Text)).ConfigureAwait(false);
        string program = Path.ChangeExtension(typeof(CrashRun).Assembly.Location, ".dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, "work", _path, again, (seed * 1000 + number).ToString(System.Globalization.CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync().ConfigureAwait(false) != "ready")
        {
            throw new InvalidOperationException("The worker did not start.");
        }

        // From before the first write to some hundred writes.
        TimeSpan life = TimeSpan.FromMilliseconds(Math.Pow(_random.NextDouble(), 2) * 600);
        Task reading = Task.Run(() => ReadAsync(process.StandardOutput));
        await Task.Delay(life).ConfigureAwait(false);
        process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
    }

    private async Task ReadAsync(StreamReader lines)
    {
        // The last line may have been cut off.
        string rest = await lines.ReadToEndAsync().ConfigureAwait(false);
        foreach (string line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            Note(line[..space], CrashWorker.Parse(line[(space + 1)..]));
        }
    }

    private void Note(string answer, FeedbackReport report)
    {
        (Guid, int) key = (report.PredictionId, report.Row);
        bool acknowledged = _acknowledged.ContainsKey(key);
        switch (answer)
        {
            case "try":
                _made[key] = report;
                break;
            case nameof(FeedbackAnswer.Accepted) when acknowledged:
                _faults.Add($"{CrashWorker.Text(report)} was accepted twice");
                break;
            case nameof(FeedbackAnswer.Accepted):
                _acknowledged[key] = report.Value.Number;
                break;
            case nameof(FeedbackAnswer.Duplicate):
                // It is there: said before, or written by a process that was killed before it could say so.
                _again += acknowledged ? 1 : 0;
                _acknowledged[key] = report.Value.Number;
                break;
            case nameof(FeedbackAnswer.Unknown) when !acknowledged:
                // The prediction was lost with its process.
                break;
            default:
                _faults.Add($"{CrashWorker.Text(report)}, {(acknowledged ? "acknowledged before, " : "")}was answered {answer}");
                break;
        }
    }

    private async Task<int> CheckAsync()
    {
        await using IModelRunner runner = CrashWorker.Open(_path);
        var stored = new Dictionary<(Guid, int), double>();
        await foreach (JoinedOutcome outcome in runner.GetService<IOutcomeFeed>()!.ReadJoinedAsync(DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ConfigureAwait(false))
        {
            if (!stored.TryAdd((outcome.PredictionId, outcome.Row), outcome.Value.Number))
            {
                _faults.Add($"{outcome.PredictionId} {outcome.Row} is stored twice");
            }
        }

        foreach (((Guid, int) key, double value) in _acknowledged)
        {
            if (!stored.TryGetValue(key, out double found) || found != value)
            {
                _faults.Add($"{key} was acknowledged with {value} and is {(stored.ContainsKey(key) ? $"stored with {found}" : "lost")}");
            }
        }

        FeedbackReport[] again = [.. _acknowledged.Keys.Select(key => _made[key])];
        IReadOnlyList<FeedbackAnswer> answers = await runner.GetService<IFeedback>()!.ReportAsync(again).ConfigureAwait(false);
        _faults.AddRange(again.Where((_, i) => answers[i] != FeedbackAnswer.Duplicate).Select(static r => $"{CrashWorker.Text(r)}, acknowledged, is not a duplicate when it is made again"));
        return stored.Count;
    }
}
