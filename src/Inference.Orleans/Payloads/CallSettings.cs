using Orleans;

namespace Inference.Orleans.Payloads;

/// <summary>What a <see cref="RunContext"/> asks for.</summary>
[GenerateSerializer]
[Immutable]
[Alias("inference.CallSettings")]
internal sealed class CallSettings
{
    [Id(0)]
    public RunPriority Priority { get; set; }

    [Id(1)]
    public string? RoutingKey { get; set; }

    [Id(2)]
    public string? Tenant { get; set; }

    [Id(3)]
    public string? Subject { get; set; }

    [Id(4)]
    public bool BypassCache { get; set; }

    [Id(5)]
    public string? SequenceId { get; set; }

    [Id(6)]
    public bool SequenceStart { get; set; }

    [Id(7)]
    public bool SequenceEnd { get; set; }

    [Id(8)]
    public NamedValues? InitialStates { get; set; }

    /// <summary>The settings of a context; null if all are the defaults.</summary>
    public static CallSettings? Of(RunContext? context)
    {
        if (context is null or { Priority: RunPriority.Normal, RoutingKey: null, Tenant: null, Subject: null, BypassCache: false, Sequence: null })
        {
            return null;
        }

        return new CallSettings
        {
            Priority = context.Priority,
            RoutingKey = context.RoutingKey,
            Tenant = context.Tenant,
            Subject = context.Subject,
            BypassCache = context.BypassCache,
            SequenceId = context.Sequence?.Id,
            SequenceStart = context.Sequence?.Start ?? false,
            SequenceEnd = context.Sequence?.End ?? false,
            InitialStates = context.Sequence?.InitialStates,
        };
    }

    /// <summary>The context of a call that came with these settings.</summary>
    /// <param name="settings">The settings; null for the defaults.</param>
    /// <param name="deadline">When its time is up; null for never.</param>
    public static RunContext ToContext(CallSettings? settings, DateTimeOffset? deadline) => settings is null
        ? new RunContext { Deadline = deadline }
        : new RunContext
        {
            Deadline = deadline,
            Priority = settings.Priority,
            RoutingKey = settings.RoutingKey,
            Tenant = settings.Tenant,
            Subject = settings.Subject,
            BypassCache = settings.BypassCache,
            Sequence = settings.SequenceId is { } id
                ? new SequenceCall(id) { Start = settings.SequenceStart, End = settings.SequenceEnd, InitialStates = settings.InitialStates }
                : null,
        };
}
