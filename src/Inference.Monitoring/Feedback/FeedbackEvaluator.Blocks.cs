using Inference.Feedback;

namespace Inference.Monitoring.Feedback;

internal sealed partial class FeedbackEvaluator
{
    // Intervals that hold at all evaluations do so from a fixed start on. Once more predictions follow it than may be read, or some may no longer be kept, all versions that had begun before begin a new block at a later start.
    // The part of the predictions, and of the time they are kept, from which on a block begins: the rest is room before the next one.
    private const double StartShare = 0.75;

    // Parts of an interval of time that are counted in one query, and how often the one in which the start lies is divided again.
    private const int Parts = 16;
    private const int Divisions = 4;
    private readonly Dictionary<string, EvaluationBlock> _blocks = new(StringComparer.Ordinal);
    private DateTimeOffset? _from;

    private async Task<DateTimeOffset> FromAsync(LabelCoverage[] coverage, DateTimeOffset now, DateTimeOffset end, CancellationToken cancellationToken)
    {
        if (_from is { } from && from >= now - options.Retention)
        {
            IReadOnlyList<(long Predictions, long Labelled)> counts = await store.CountAsync([from, end], cancellationToken).ConfigureAwait(false);
            if (counts[0].Predictions <= _performance.MaxPredictions)
            {
                return from;
            }
        }

        DateTimeOffset start = Microseconds.Floor(await StartAsync(coverage, now, end, cancellationToken).ConfigureAwait(false));
        foreach (EvaluationBlock block in _blocks.Values.Where(b => b.Start < start))
        {
            block.Renew();
        }

        _from = start;
        return start;
    }

    /// <summary>The earliest start with at most <see cref="StartShare"/> of what may be read and of the time that predictions are kept, about.</summary>
    private async Task<DateTimeOffset> StartAsync(LabelCoverage[] coverage, DateTimeOffset now, DateTimeOffset end, CancellationToken cancellationToken)
    {
        DateTimeOffset earliest = now - (options.Retention * StartShare);
        long most = (long)(_performance.MaxPredictions * StartShare), read = 0;
        foreach (LabelCoverage age in coverage)
        {
            if (read + age.Predictions > most)
            {
                DateTimeOffset start = await DivideAsync(now - age.To, age.From == TimeSpan.Zero ? end : now - age.From, most - read, cancellationToken).ConfigureAwait(false);
                return start > earliest ? start : earliest;
            }

            read += age.Predictions;
        }

        return earliest;
    }

    /// <summary>A time between two others with at most a number of predictions from it on.</summary>
    private async Task<DateTimeOffset> DivideAsync(DateTimeOffset from, DateTimeOffset to, long most, CancellationToken cancellationToken)
    {
        for (int i = 0; i < Divisions; i++)
        {
            TimeSpan part = (to - from) / Parts;
            DateTimeOffset[] edges = [from, .. Enumerable.Range(1, Parts - 1).Select(p => Microseconds.Floor(from + (part * p))), to];
            IReadOnlyList<(long Predictions, long Labelled)> counts = await store.CountAsync(edges, cancellationToken).ConfigureAwait(false);
            int first = Parts;
            while (first > 0 && counts[first - 1].Predictions <= most)
            {
                most -= counts[--first].Predictions;
            }

            if (first == 0)
            {
                return from;
            }

            (from, to) = (edges[first - 1], edges[first]);
        }

        return to;
    }

    private EvaluationBlock BlockOf(string version, DateTimeOffset at)
    {
        if (!_blocks.TryGetValue(version, out EvaluationBlock? block))
        {
            _blocks[version] = block = new EvaluationBlock();
        }

        // What a replica writes late, before the start, is not counted.
        block.Start ??= at;
        return block;
    }
}
