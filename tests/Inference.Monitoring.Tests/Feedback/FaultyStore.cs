using System.Runtime.CompilerServices;
using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring.Tests.Feedback;

/// <summary>A store in memory that fails, hangs, or loses answers, as the test says.</summary>
internal sealed class FaultyStore : IFeedbackStore
{
    public MemoryFeedbackStore Inner { get; } = new();

    /// <summary>The error of every call; null for none.</summary>
    public Func<Exception?> Fail { get; set; } = () => null;

    /// <summary>Whether a write is carried out before it fails.</summary>
    public bool WritesBeforeFailing { get; set; }

    /// <summary>Whether the last answer of a write is left out.</summary>
    public bool LosesAnswers { get; set; }

    /// <summary>What every write waits for, whether it is cancelled or not.</summary>
    public Task Hang { get; set; } = Task.CompletedTask;

    /// <summary>How long a write takes.</summary>
    public TimeSpan Delay { get; set; }

    public bool IsShared { get; set; }

    public int Writes { get; private set; }

    public int MostAtOnce { get; private set; }

    private int _atOnce;

    public ValueTask OpenAsync(CancellationToken cancellationToken = default) => Fail() is { } error ? throw error : default;

    public async ValueTask<IReadOnlyList<WrittenReport>> WriteAsync(IReadOnlyList<KeptPrediction> predictions, IReadOnlyList<TimedReport> reports, CancellationToken cancellationToken = default)
    {
        Writes++;
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
        try
        {
            await Hang;
            await Task.Delay(Delay, CancellationToken.None);
            Exception? error = Fail();
            if (error is null || WritesBeforeFailing)
            {
                IReadOnlyList<WrittenReport> written = await Inner.WriteAsync(predictions, reports, cancellationToken);
                return error is not null ? throw error : LosesAnswers ? [.. written.SkipLast(1)] : written;
            }

            throw error;
        }
        finally
        {
            Interlocked.Decrement(ref _atOnce);
        }
    }

    public async IAsyncEnumerable<JoinedOutcome> ReadJoinedAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (Fail() is { } error)
        {
            throw error;
        }

        await foreach (JoinedOutcome outcome in Inner.ReadJoinedAsync(from, to, cancellationToken))
        {
            yield return outcome;
        }
    }

    public IAsyncEnumerable<KeptPrediction> ReadPredictionsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken = default) => Fail() is { } error ? throw error : Inner.ReadPredictionsAsync(from, to, cancellationToken);

    public ValueTask<IReadOnlyList<(long Predictions, long Labelled)>> CountAsync(IReadOnlyList<DateTimeOffset> edges, CancellationToken cancellationToken = default) => Fail() is { } error ? throw error : Inner.CountAsync(edges, cancellationToken);

    public ValueTask<(long Predictions, long Reports)> EraseAsync(DataOwner owner, CancellationToken cancellationToken = default) => Fail() is { } error ? throw error : Inner.EraseAsync(owner, cancellationToken);

    public ValueTask<IReadOnlyList<KeptPrediction>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken = default) => Fail() is { } error ? throw error : Inner.FindAsync(ids, cancellationToken);

    public ValueTask<long> ExpireAsync(DateTimeOffset before, int most, CancellationToken cancellationToken = default) => Fail() is { } error ? throw error : Inner.ExpireAsync(before, most, cancellationToken);

    public ValueTask DisposeAsync() => default;
}
