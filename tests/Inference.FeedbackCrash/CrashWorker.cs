using System.Globalization;
using Inference.Feedback;
using Inference.Monitoring;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.FeedbackCrash;

/// <summary>A process that makes calls and reports until it is killed. It prints <c>ready</c>, then for each report <c>try ID ROW VALUE</c> before it is made and <c>ANSWER ID ROW VALUE</c> once it is answered. Reports of the file
/// <paramref name="again"/>, in the same form, are made first, as clients do that do not know what became of them.</summary>
internal sealed class CrashWorker(string path, string again, int seed)
{
    // Callers at once.
    private const int Callers = 4;
    private readonly Lock _lock = new();
    private readonly Stream _out = Console.OpenStandardOutput();

    public async Task RunAsync()
    {
        await using IModelRunner runner = Open(path);
        IFeedback feedback = runner.GetService<IFeedback>()!;
        string[] earlier = await File.ReadAllLinesAsync(again).ConfigureAwait(false);
        Print("ready");
        await ReportAsync(feedback, [.. earlier.Select(Parse)]).ConfigureAwait(false);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(c => Task.Run(() => CallAsync(runner, feedback, new Random((seed * Callers) + c))))).ConfigureAwait(false);
    }

    /// <summary>The model with its feedback in a file.</summary>
    public static IModelRunner Open(string path) => new ConstantModel().AsBuilder().UseFeedback(o =>
    {
        o.Columns.Add(new FeedbackColumnOptions { Name = "x" });
        o.FlushInterval = TimeSpan.FromMilliseconds(5);
        o.UseSqlite(path);
    }).Build();

    public static FeedbackReport Parse(string line)
    {
        string[] parts = line.Split(' ');
        return new FeedbackReport(Guid.Parse(parts[0]), double.Parse(parts[2], CultureInfo.InvariantCulture)) { Row = int.Parse(parts[1], CultureInfo.InvariantCulture) };
    }

    public static string Text(FeedbackReport report) => string.Create(CultureInfo.InvariantCulture, $"{report.PredictionId} {report.Row} {report.Value.Number}");

    private async Task CallAsync(IModelRunner runner, IFeedback feedback, Random random)
    {
        while (true)
        {
            var reports = new List<FeedbackReport>();
            for (int i = random.Next(1, 8); i > 0; i--)
            {
                int rows = random.Next(1, 4);
                var context = new RunContext();
                using var inputs = new NamedValues { ["x"] = TensorValue.Copy<float>(new float[rows * 2], [rows, 2]) };
                (await runner.RunAsync(inputs, context).ConfigureAwait(false)).Dispose();
                reports.AddRange(Enumerable.Range(0, rows).Select(row => new FeedbackReport(context.Record.PredictionId, random.Next(1000)) { Row = row }));
            }

            await ReportAsync(feedback, reports).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(IFeedback feedback, List<FeedbackReport> reports)
    {
        Print(string.Join('\n', reports.Select(static r => $"try {Text(r)}")));
        IReadOnlyList<FeedbackAnswer> answers = await feedback.ReportAsync(reports).ConfigureAwait(false);
        Print(string.Join('\n', reports.Select((r, i) => $"{answers[i]} {Text(r)}")));
    }

    private void Print(string lines)
    {
        lock (_lock)
        {
            _out.Write(System.Text.Encoding.ASCII.GetBytes(lines + "\n"));
            _out.Flush();
        }
    }
}
