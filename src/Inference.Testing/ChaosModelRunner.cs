namespace Inference.Testing;

/// <summary>Fails, delays or falsifies calls at seeded rates, to test what is around the model: fallbacks, time limits, circuits, checks of outputs.</summary>
public sealed class ChaosModelRunner : DelegatingModelRunner
{
    private readonly ChaosOptions _options;
    private long _calls = -1;

    /// <summary>Wraps a runner.</summary>
    /// <param name="inner">The inner runner; disposed together with this one.</param>
    /// <param name="options">What happens to calls; do not change it afterwards.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is not between 0 and 1, or the delay is negative.</exception>
    public ChaosModelRunner(IModelRunner inner, ChaosOptions options)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(options);
        RequireRate(options.FaultRate, nameof(options.FaultRate));
        RequireRate(options.DelayRate, nameof(options.DelayRate));
        RequireRate(options.WrongShapeRate, nameof(options.WrongShapeRate));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Delay, TimeSpan.Zero, nameof(options));
        _options = options;
    }

    /// <summary>The number of calls so far.</summary>
    public long Calls => Volatile.Read(ref _calls) + 1;

    /// <inheritdoc/>
    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        long call = Interlocked.Increment(ref _calls);
        if (IsHit(call, 1, _options.DelayRate))
        {
            await Task.Delay(_options.Delay, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }

        if (IsHit(call, 2, _options.FaultRate))
        {
            throw _options.Fault(call);
        }

        NamedValues outputs = await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        return IsHit(call, 3, _options.WrongShapeRate) ? WithARowTooMany(outputs) : outputs;
    }

    private static NamedValues WithARowTooMany(NamedValues outputs)
    {
        using (outputs)
        {
            var wrong = new NamedValues(outputs.Count);
            foreach ((string name, ModelValue value) in outputs)
            {
                wrong.Add(name, value is TensorValue { Rank: > 0 } tensor ? TensorValue.Allocate(tensor.ElementType, [tensor.Shape[0] + 1, .. tensor.Shape[1..]]) : value.Retain());
            }

            return wrong;
        }
    }

    // A number of its own for each call and kind: calls may come in any order.
    private bool IsHit(long call, int kind, double rate)
    {
        ulong x = unchecked((ulong)call * 0x9E3779B97F4A7C15 + ((ulong)(uint)_options.Seed << 2) + (ulong)kind);

        // The finalizer of SplitMix64 (Steele, Lea, Flood 2014).
        x = unchecked((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9);
        x = unchecked((x ^ (x >> 27)) * 0x94D049BB133111EB);
        x ^= x >> 31;
        return (x >> 11) * (1.0 / (1UL << 53)) < rate;
    }

    private static void RequireRate(double rate, string name)
    {
        if (!(rate is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, rate, $"{name}: expected a share from 0 to 1, got {rate}.");
        }
    }
}
