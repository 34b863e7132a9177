namespace Inference;

/// <summary>Used by the generated part of a class with <see cref="ModelSignatureAttribute"/>: checks a runner against the ports that the class was built for, creates inputs and checks outputs.</summary>
/// <remarks>Thread-safe. It does not own the runner.</remarks>
public sealed class TypedModel
{
    private readonly string _typeName;
    private readonly IReadOnlyList<ModelPort> _inputs;
    private readonly IReadOnlyList<ModelPort> _outputs;
    private volatile bool _isChecked;

    /// <summary>Checks that the model of a runner has the expected ports; if the model is not loaded yet (<see cref="ILoadableRunner"/>), the first call checks it.</summary>
    /// <param name="runner">The runner; it remains owned by the caller.</param>
    /// <param name="typeName">The name of the class, for messages.</param>
    /// <param name="inputs">The inputs that the class passes.</param>
    /// <param name="outputs">The outputs that the class reads.</param>
    /// <exception cref="ModelSignatureException">A port is missing or has another type, or the model requires an input that the class does not have.</exception>
    public TypedModel(IModelRunner runner, string typeName, IReadOnlyList<ModelPort> inputs, IReadOnlyList<ModelPort> outputs)
    {
        ArgumentNullException.ThrowIfNull(runner);
        ArgumentNullException.ThrowIfNull(typeName);
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        Runner = runner;
        _typeName = typeName;
        _inputs = inputs;
        _outputs = outputs;
        if (runner.GetService<ILoadableRunner>() is not { IsLoaded: false })
        {
            Check();
        }
    }

    /// <summary>The runner.</summary>
    public IModelRunner Runner { get; }

    /// <summary>Copies the elements of an input whose shape follows from their number: at most one of its dimensions is not fixed.</summary>
    /// <exception cref="InvalidInputException">The number of elements does not match the declared shape.</exception>
    public TensorValue Copy<T>(ModelPort input, ReadOnlySpan<T> data) => TensorValue.Copy(data, Shape(input, data.Length));

    /// <summary>Copies the elements of an input.</summary>
    /// <exception cref="InvalidInputException">The number of elements is not the product of the shape.</exception>
    public TensorValue Copy<T>(ModelPort input, ReadOnlySpan<T> data, ReadOnlySpan<long> shape)
    {
        RequireCount(input, data.Length, shape);
        return TensorValue.Copy(data, shape);
    }

    /// <summary>Borrows the elements of an input whose shape follows from their number; see <see cref="TensorValue.Borrow"/>.</summary>
    /// <exception cref="InvalidInputException">The number of elements does not match the declared shape.</exception>
    public TensorValue Borrow<T>(ModelPort input, ReadOnlyMemory<T> data) => TensorValue.Borrow(data, Shape(input, data.Length));

    /// <summary>Borrows the elements of an input; see <see cref="TensorValue.Borrow"/>.</summary>
    /// <exception cref="InvalidInputException">The number of elements is not the product of the shape.</exception>
    public TensorValue Borrow<T>(ModelPort input, ReadOnlyMemory<T> data, ReadOnlySpan<long> shape)
    {
        RequireCount(input, data.Length, shape);
        return TensorValue.Borrow(data, shape);
    }

    /// <summary>Runs the model, waits for the result and checks it.</summary>
    /// <param name="inputs">The inputs; they remain owned by the caller.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <returns>The outputs; the caller disposes them.</returns>
    /// <exception cref="ModelSignatureException">The model does not have the ports that the class was built for.</exception>
    /// <inheritdoc cref="IModelRunner.RunAsync" path="/exception"/>
    public NamedValues Run(NamedValues inputs, RunContext? context = null)
    {
        if (!_isChecked)
        {
            Runner.EnsureLoadedAsync().GetAwaiter().GetResult();
            Check();
        }

        return Checked(Runner.Run(inputs, context));
    }

    /// <summary>Runs the model, checks the result and disposes the inputs.</summary>
    /// <param name="inputs">The inputs, which this method disposes; memory that they borrow must not change until the call completes.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting and, if the provider supports it, the run itself.</param>
    /// <returns>The outputs; the caller disposes them.</returns>
    /// <exception cref="ModelSignatureException">The model does not have the ports that the class was built for.</exception>
    /// <inheritdoc cref="IModelRunner.RunAsync" path="/exception"/>
    public async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        using (inputs)
        {
            if (!_isChecked)
            {
                await Runner.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
                Check();
            }

            return Checked(await Runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false));
        }
    }

    private void Check()
    {
        SignatureFit.Require(_typeName, Runner.Info, _inputs, _outputs);
        _isChecked = true;
    }

    private NamedValues Checked(NamedValues outputs)
    {
        try
        {
            SignatureFit.Require(_typeName, Runner.Info, outputs, _outputs);
            return outputs;
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    private long[] Shape(ModelPort input, int length)
    {
        ArgumentNullException.ThrowIfNull(input);
        IReadOnlyList<Dimension> declared = input.Shape ?? throw Open(input);
        long[] shape = new long[declared.Count];
        int open = -1;
        long row = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (declared[i].Size is { } size)
            {
                shape[i] = size;
                row = checked(row * size);
            }
            else if (open < 0)
            {
                open = i;
            }
            else
            {
                throw Open(input);
            }
        }

        if (open < 0)
        {
            return length == row ? shape : throw WrongCount(input, $"{row} elements", length);
        }

        if (row == 0)
        {
            throw Open(input);
        }

        shape[open] = length / row;
        return length % row == 0 ? shape : throw WrongCount(input, $"a multiple of {row} elements", length);
    }

    private void RequireCount(ModelPort input, int length, ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(input);
        long count = TensorShape.Count(shape);
        if (count != length)
        {
            throw WrongCount(input, $"the {count} elements of shape {TensorShape.Format(shape)}", length);
        }
    }

    private InferenceException Open(ModelPort input) =>
        new($"Class '{_typeName}', input '{input.Name}': the shape of {input.Type} cannot be determined from the number of elements. Pass the shape.");

    private InvalidInputException WrongCount(ModelPort input, string expected, int actual) =>
        new($"Class '{_typeName}', input '{input.Name}': expected {expected} for {input.Type}, got {actual}. Pass the expected number of elements.")
        {
            Input = input.Name,
            Expected = input.Type.ToString(),
            Actual = $"{actual} elements",
        };
}
