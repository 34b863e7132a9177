namespace Inference;

/// <summary>Runs models with one input and one output on spans and arrays.</summary>
/// <remarks>Inputs with a default value are not counted and keep their default.</remarks>
public static class ModelRunnerTensorExtensions
{
    /// <summary>Runs a model with one input and one output, and waits for the result.</summary>
    /// <param name="runner">The runner.</param>
    /// <param name="input">The name of the model's input.</param>
    /// <param name="data">The elements, row-major; copied, so the memory may be reused when the method returns.</param>
    /// <param name="shape">The dimensions; their product must be the length of <paramref name="data"/>.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <returns>The model's output; the caller disposes it.</returns>
    /// <exception cref="InferenceException">The model has more than one input or output, or its output is not a tensor: use <see cref="ModelRunnerExtensions.Run(IModelRunner, NamedValues, RunContext?)"/>.
    /// Or the length is not the product of the shape.</exception>
    /// <inheritdoc cref="IModelRunner.RunAsync" path="/exception"/>
    public static TensorValue Run<T>(this IModelRunner runner, string input, ReadOnlySpan<T> data, ReadOnlySpan<long> shape, RunContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(input);
        runner.EnsureLoadedAsync().GetAwaiter().GetResult();
        string output = OutputOf(runner.Info, input);
        using var inputs = new NamedValues(1) { [input] = TensorValue.Copy(data, shape) };
        using NamedValues outputs = runner.Run(inputs, context);
        return outputs[output].Retain();
    }

    /// <summary>Runs a model with one input and one output on an array.</summary>
    /// <inheritdoc cref="Run{T}(IModelRunner, string, ReadOnlySpan{T}, ReadOnlySpan{long}, RunContext?)"/>
    public static TensorValue Run<T>(this IModelRunner runner, string input, T[] data, ReadOnlySpan<long> shape, RunContext? context = null) =>
        runner.Run(input, new ReadOnlySpan<T>(data), shape, context);

    /// <summary>Runs a model with one input and one output.</summary>
    /// <param name="runner">The runner.</param>
    /// <param name="input">The name of the model's input.</param>
    /// <param name="data">The elements, row-major; read in place (strings are copied), so they must stay valid and unchanged until the call completes.</param>
    /// <param name="shape">The dimensions; their product must be the length of <paramref name="data"/>.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting and, if the provider supports it, the run itself.</param>
    /// <returns>The model's output; the caller disposes it.</returns>
    /// <exception cref="InferenceException">The model has more than one input or output, or its output is not a tensor: use <see cref="IModelRunner.RunAsync"/>. Or the length is not the product of the shape.</exception>
    /// <inheritdoc cref="IModelRunner.RunAsync" path="/exception"/>
    public static ValueTask<TensorValue> RunAsync<T>(
        this IModelRunner runner, string input, ReadOnlyMemory<T> data, ReadOnlySpan<long> shape, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(input);
        return CompleteAsync(runner, input, TensorValue.Borrow(data, shape), context, cancellationToken);
    }

    /// <summary>Runs a model with one input and one output on an array.</summary>
    /// <inheritdoc cref="RunAsync{T}(IModelRunner, string, ReadOnlyMemory{T}, ReadOnlySpan{long}, RunContext?, CancellationToken)"/>
    public static ValueTask<TensorValue> RunAsync<T>(
        this IModelRunner runner, string input, T[] data, ReadOnlySpan<long> shape, RunContext? context = null, CancellationToken cancellationToken = default) =>
        runner.RunAsync(input, new ReadOnlyMemory<T>(data), shape, context, cancellationToken);

    private static async ValueTask<TensorValue> CompleteAsync(IModelRunner runner, string input, TensorValue value, RunContext? context, CancellationToken cancellationToken)
    {
        using var inputs = new NamedValues(1) { [input] = value };
        await runner.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
        string output = OutputOf(runner.Info, input);
        using NamedValues outputs = await runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        return outputs[output].Retain();
    }

    /// <summary>Returns the name of the only output of a model whose only input has that name.</summary>
    private static string OutputOf(ModelInfo info, string input)
    {
        ModelPort? needed = null;
        bool isOne = info.Outputs is [{ Type.Kind: ModelValueKind.Tensor }];
        for (int i = 0; i < info.Inputs.Count && isOne; i++)
        {
            if (!info.Inputs[i].IsOptional)
            {
                isOne = needed is null;
                needed = info.Inputs[i];
            }
        }

        if (!isOne || needed is null)
        {
            throw new InferenceException(
                $"Model '{info.Name}': expected a model with one input and one tensor output; it has the inputs {Names(info.Inputs)} and the outputs {Names(info.Outputs)}. Pass NamedValues to Run or RunAsync.");
        }

        if (needed.Name != input)
        {
            throw new InvalidInputException($"Model '{info.Name}': expected the input '{needed.Name}', got '{input}'. Check the name.") { Input = input, Expected = needed.Name, Actual = input };
        }

        return info.Outputs[0].Name;
    }

    private static string Names(IReadOnlyList<ModelPort> ports) => string.Join(", ", ports.Select(static port => $"'{port}'"));
}
