using System.Diagnostics;
using Inference.Rows;

namespace Inference.Benchmarks.Serving;

/// <summary>Takes a known time of a processor for each row, whatever the runner below takes of it.</summary>
internal sealed class BusyRunner(IModelRunner inner, double microseconds) : DelegatingModelRunner(inner)
{
    private readonly double _ticks = microseconds * Stopwatch.Frequency / 1e6;

    public override ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        long end = Stopwatch.GetTimestamp() + (long)(_ticks * BatchRows.Count(inputs));
        ValueTask<NamedValues> run = Inner.RunAsync(inputs, context, cancellationToken);
        while (Stopwatch.GetTimestamp() < end)
        {
            Thread.SpinWait(4);
        }

        return run;
    }
}
