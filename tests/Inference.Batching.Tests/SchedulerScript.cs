using System.Globalization;
using Inference.TestSupport;

namespace Inference.Batching.Tests;

/// <summary>Tells a scheduler events in words and says its commands in words. Calls have names of one letter, batches the names of their calls; a tick is 1 ms.</summary>
/// <remarks>
/// Events: <c>arrive a 2 high by=30</c>, <c>cancel a</c>, <c>slot</c>, <c>start ab</c> or <c>start a of ab</c>, <c>answer a</c>, <c>finish ab [took=5]</c>, <c>inline 2</c>, <c>inline-done 2 since=5</c>, <c>wake</c>, <c>stop</c>.
/// Commands, in this order: <c>queued +2</c>, <c>slots 1</c>, <c>run ab</c>, <c>a:Full</c>, <c>abandon ab</c>, <c>wake 30</c> or <c>wake never</c>, <c>drained</c>.
/// </remarks>
internal sealed class SchedulerScript
{
    private readonly Dictionary<char, PendingCall> _calls = [];
    private readonly Dictionary<string, Batch> _batches = [];

    public SchedulerScript(Action<BatchingOptions>? configure = null)
    {
        Options = new BatchingOptions { MaxRows = 4, MaxQueuedRows = 8, MaxDelay = TimeSpan.FromMilliseconds(10) };
        configure?.Invoke(Options);
        Scheduler = new BatchScheduler(new BatchAssembler(FakeModel.Info()), Options, frequency: 1000, now: 0);
    }

    public BatchScheduler Scheduler { get; }

    public BatchingOptions Options { get; }

    /// <summary>Tells events at their times; each must bring about the commands beside it.</summary>
    public SchedulerScript Play(params ReadOnlySpan<(long At, string Event, string Commands)> rows)
    {
        foreach ((long at, string e, string commands) in rows)
        {
            Assert.Equal($"{at} {e} → {commands}", $"{at} {e} → {Tell(e, at)}");
        }

        return this;
    }

    /// <summary>Lets calls queue, at time 0, behind an inline one of one row.</summary>
    public SchedulerScript Behind(params ReadOnlySpan<string> calls)
    {
        Play((0, "inline 1", "yes"));
        foreach (string call in calls)
        {
            Assert.StartsWith("queued +", Tell($"arrive {call}", 0), StringComparison.Ordinal);
        }

        return this;
    }

    /// <summary>Ends the inline call at a time when those behind it are to run.</summary>
    public SchedulerScript Ready(long at) => Play((at, "inline-done 1", "slots 1"));

    /// <summary>The commands in words.</summary>
    public string Describe(in Commands commands)
    {
        var words = new List<string>();
        if (commands.QueuedRows != 0)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"queued {commands.QueuedRows:+0;-0}"));
        }

        if (commands.Slots > 0)
        {
            words.Add($"slots {commands.Slots}");
        }

        if (commands.Run is { } batch)
        {
            words.Add($"run {Name(batch)}");
            _batches[Name(batch)] = batch;
        }

        for (PendingCall? call = commands.Ended; call is not null; call = call.Next)
        {
            words.Add($"{Name(call)}:{call.Ending}");
        }

        if (commands.Abandoned is { } abandoned)
        {
            words.Add($"abandon {Name(abandoned)}");
        }

        if (commands.WakeNumber > 0)
        {
            words.Add(commands.WakeAt == long.MaxValue ? "wake never" : $"wake {commands.WakeAt}");
        }

        if (commands.Drained)
        {
            words.Add("drained");
        }

        return string.Join(", ", words);
    }

    private string Tell(string text, long now)
    {
        string[] words = text.Split(' ');
        string subject = words.Length > 1 ? words[1] : "";
        return words[0] switch
        {
            "arrive" => Handle(new(BatchEventKind.Arrived, Arrive(words, now)), now),
            "cancel" => Handle(new(BatchEventKind.Cancelled, _calls.TryGetValue(subject[0], out PendingCall? call) ? call : Arrive(words, now)), now),
            "slot" => Handle(new(BatchEventKind.SlotReady), now),
            "start" when words.Length > 2 => Handle(new(BatchEventKind.Started, _calls[subject[0]], _batches[words[3]]), now),
            "start" => Handle(new(BatchEventKind.Started, Batch: _batches[subject]), now),
            "answer" => _calls[subject[0]].Batch!.TryFinish(_calls[subject[0]]) ? "yes" : "no",
            "finish" => Handle(new(BatchEventKind.Finished, Batch: Ran(_batches[subject], Number(words, "took=", 0))), now),
            "inline" => Scheduler.TryEnterInline(int.Parse(subject, CultureInfo.InvariantCulture), now) ? "yes" : "no",
            "inline-done" => Handle(new(BatchEventKind.InlineFinished, Rows: int.Parse(subject, CultureInfo.InvariantCulture), Since: Number(words, "since=", 0)), now),
            "options" => Handle(new(BatchEventKind.OptionsChanged, Options: Options), now),
            "wake" => Handle(new(BatchEventKind.Woke), now),
            "stop" => Handle(new(BatchEventKind.Stopped), now),
            _ => throw new ArgumentException($"'{text}' is no event.", nameof(text)),
        };
    }

    private string Handle(in BatchEvent e, long now) => Describe(Scheduler.Handle(e, now));

    private PendingCall Arrive(string[] words, long now)
    {
        RunPriority priority = words.Contains("high") ? RunPriority.High : words.Contains("low") ? RunPriority.Low : RunPriority.Normal;
        int rows = words.Length > 2 && int.TryParse(words[2], CultureInfo.InvariantCulture, out int given) ? given : 1;
        NamedValues inputs = words.Contains("double") ? new() { ["x"] = TensorValue.Allocate(ElementType.Float64, [rows, 4]) } : FakeModel.Rows(new float[rows]);
        return _calls.TryGetValue(words[1][0], out PendingCall? known)
            ? known
            : _calls[words[1][0]] = Pending.Call(rows, priority, now, Number(words, "by=", long.MaxValue), inputs, Number(words, "cost=", 0));
    }

    private string Name(PendingCall call) => _calls.First(c => c.Value == call).Key.ToString();

    private string Name(Batch batch) => string.Concat(batch.Calls.ToArray().Select(Name));

    private static Batch Ran(Batch batch, long ticks)
    {
        batch.Ran(ticks);
        return batch;
    }

    private static long Number(string[] words, string prefix, long otherwise) =>
        words.FirstOrDefault(w => w.StartsWith(prefix, StringComparison.Ordinal)) is { } word ? long.Parse(word.AsSpan(prefix.Length), CultureInfo.InvariantCulture) : otherwise;
}
