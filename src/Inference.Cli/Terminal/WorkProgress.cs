using System.Diagnostics;
using Inference.Optimization;
using Spectre.Console;

namespace Inference.Cli.Terminal;

/// <summary>
/// Progress of long operations on standard error, by Spectre.Console. A terminal shows one changing line, which <see cref="End"/> removes before anything else is printed.
/// A file or a pipe receives one line per stage of an optimization and nothing else.
/// </summary>
internal sealed class WorkProgress : IProgress<OptimizationProgress>, IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    // Before, a stage's first step, which loads and compiles, would stand for all.
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly TextWriter _errors;
    private readonly IAnsiConsole? _terminal;
    private readonly bool _still;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _display;
    private ProgressContext? _context;
    private ProgressTask? _task;
    private long _shown;
    private string _stage = "";
    private long _began;

    /// <param name="still">Whether no thread may refresh the line, because the work is being timed: it changes only in <see cref="Show"/>.</param>
    /// <param name="errors">Where to; standard error where null.</param>
    public WorkProgress(bool still = false, TextWriter? errors = null)
    {
        _errors = errors ?? Console.Error;
        _terminal = Console.IsErrorRedirected ? null : Terminal(_errors);
        _still = still;
    }

    /// <summary>Whether to call <see cref="Show"/>: there is a terminal, and the last update is at least 100 ms old.</summary>
    public bool IsDue => _terminal is not null && !_over.Task.IsCompleted && (_shown == 0 || Stopwatch.GetElapsedTime(_shown) >= s_pause);

    /// <summary>Shows what is being done.</summary>
    /// <param name="text">In a few words.</param>
    /// <param name="share">How much of it is done, 0 to 1; null where that is not known.</param>
    public void Show(string text, double? share = null)
    {
        if (_terminal is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_over.Task.IsCompleted)
            {
                return;
            }

            string description = Markup.Escape(text);
            _display ??= Start(_terminal, description);
            _shown = Stopwatch.GetTimestamp();
            _task!.Description = description;
            _task.IsIndeterminate = share is null;
            _task.Value = Math.Clamp(share ?? 0, 0, 1);
            if (_still)
            {
                _context!.Refresh();
            }
        }
    }

    /// <inheritdoc/>
    public void Report(OptimizationProgress value)
    {
        string steps = value.Steps > 0 ? $" {value.Step}/{value.Steps}" : $" {value.Step}";
        string drop = value.Drop is { } d ? FormattableString.Invariant($", drop {d * 100:F2} %") : "";
        string left = Left(value) is { } time ? $", about {Words(time)} left" : "";
        if (_terminal is not null)
        {
            Show($"{value.Stage}{steps} {value.Message}{drop}{left}", value.Steps > 0 ? (double)value.Step / value.Steps : null);
        }
        else if (value.Stage != _stage || value.Stage == "search")
        {
            _errors.WriteLine($"{value.Stage}{(value.Stage == "search" ? steps : "")} {value.Message}{drop}{left}".TrimEnd());
        }

        _stage = value.Stage;
    }

    // Steps of a stage take about the same time.
    private TimeSpan? Left(OptimizationProgress value)
    {
        if (value.Stage != _stage)
        {
            _began = Stopwatch.GetTimestamp();
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(_began);
        return value.Left ?? (value.Step > 0 && value.Step < value.Steps && elapsed > s_least ? elapsed / value.Step * (value.Steps - value.Step) : null);
    }

    private static string Words(TimeSpan time) => time.TotalSeconds < 90 ? FormattableString.Invariant($"{Math.Max(1, time.TotalSeconds):F0} s")
        : time.TotalMinutes < 90 ? FormattableString.Invariant($"{time.TotalMinutes:F0} min")
        : FormattableString.Invariant($"{time.TotalHours:F1} h");

    /// <summary>Prints a permanent line, above the changing one.</summary>
    public void Note(string line)
    {
        if (_display is not null && !_over.Task.IsCompleted)
        {
            _terminal!.WriteLine(line);
        }
        else
        {
            _errors.WriteLine(line);
        }
    }

    /// <summary>Removes the changing line.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_over.TrySetResult())
            {
                _display?.GetAwaiter().GetResult();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => End();

    // A method of its own, so that a process whose standard error is redirected does not load the library.
    private static IAnsiConsole? Terminal(TextWriter errors)
    {
        var output = new AnsiConsoleOutput(errors);

        // Interactive by request: standard input and output may be files while standard error is a terminal.
        return output.IsTerminal ? AnsiConsole.Create(new AnsiConsoleSettings { Out = output, Interactive = InteractionSupport.Yes }) : null;
    }

    private Task Start(IAnsiConsole terminal, string description)
    {
        var started = new TaskCompletionSource();
        Task display = terminal.Progress()
            .AutoClear(true)
            .AutoRefresh(!_still)
            .Columns(_still
                ? [new TaskDescriptionColumn(), new ProgressBarColumn()]
                : [new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn()])
            .StartAsync(async context =>
            {
                (_context, _task) = (context, context.AddTask(description, maxValue: 1));
                started.SetResult();
                await _over.Task.ConfigureAwait(false);
            });
        Task.WhenAny(started.Task, display).GetAwaiter().GetResult().GetAwaiter().GetResult();
        return display;
    }
}
