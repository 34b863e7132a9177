using Polly;
using Polly.CircuitBreaker;

namespace Inference.Versioning.Fallback;

/// <summary>Stops calling a target that mostly fails, and tries it again after a while.</summary>
internal sealed class TargetCircuit
{
    private readonly CircuitBreakerStateProvider _state = new();
    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline _pipeline;

    public TargetCircuit(FallbackOptions options, TimeProvider clock)
    {
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = options.FailureRatio,
                MinimumThroughput = options.MinimumCalls,
                SamplingDuration = options.SamplingPeriod,
                BreakDuration = options.BreakTime,
                StateProvider = _state,
                ManualControl = _control,
                ShouldHandle = static arguments => new ValueTask<bool>(arguments.Outcome.Exception is { } exception && IsFailure(exception)),
            })
            .Build();
    }

    /// <summary>Whether calls are kept away, or a single one is let through to see.</summary>
    public bool IsOpen => _state.CircuitState != CircuitState.Closed;

    /// <summary>Whether an exception says that the target is at fault: not the caller's inputs, nor the caller's cancelling.</summary>
    public static bool IsFailure(Exception exception) => exception is not (InvalidInputException or OperationCanceledException or ArgumentException);

    /// <summary>Runs through the circuit.</summary>
    /// <exception cref="BrokenCircuitException">The circuit is open.</exception>
    public ValueTask<NamedValues> RunAsync<TState>(Func<TState, CancellationToken, ValueTask<NamedValues>> run, TState state, CancellationToken cancellationToken) =>
        _pipeline.ExecuteAsync(run, state, cancellationToken);

    /// <summary>Closes the circuit: what failed is not what answers now.</summary>
    public void Close() => _ = _control.CloseAsync();
}
