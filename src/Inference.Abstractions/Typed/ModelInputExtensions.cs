namespace Inference;

/// <summary>Runs models on rows of a type with <see cref="ModelInputAttribute"/>.</summary>
public static class ModelInputExtensions
{
    /// <summary>Turns rows into inputs, one tensor for each property. The caller disposes them.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="model">The model that they are for, which decides names, types and shapes; null: inputs have the names of the properties and shapes <c>[N]</c> or <c>[N,L]</c>, and nothing is checked.</param>
    /// <exception cref="ModelSignatureException">A property fits no input by name or type, or a required input has no property.</exception>
    /// <exception cref="InvalidInputException">Rows have different or wrong lengths, or a text is null.</exception>
    public static NamedValues ToNamedValues<T>(this IReadOnlyList<T> rows, ModelInfo? model = null)
        where T : IModelInput<T>
    {
        ArgumentNullException.ThrowIfNull(rows);
        var values = new NamedValues();
        try
        {
            var columns = new ModelInputColumns(typeof(T).Name, model, values);
            T.AddColumns(columns, rows);
            columns.RequireAll();
            return values;
        }
        catch
        {
            values.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model on rows and waits for the result.</summary>
    /// <param name="runner">The runner.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <returns>One value for each output of the model; the caller disposes them.</returns>
    /// <inheritdoc cref="ToNamedValues" path="/exception"/>
    public static NamedValues Run<T>(this IModelRunner runner, IReadOnlyList<T> rows, RunContext? context = null)
        where T : IModelInput<T>
    {
        ArgumentNullException.ThrowIfNull(runner);
        runner.EnsureLoadedAsync().GetAwaiter().GetResult();
        using NamedValues inputs = rows.ToNamedValues(runner.Info);
        return runner.Run(inputs, context);
    }

    /// <summary>Runs the model on rows.</summary>
    /// <param name="runner">The runner.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="context">Deadline, priority, routing and the record of the call; null for the defaults.</param>
    /// <param name="cancellationToken">Stops waiting and, if the provider supports it, the run itself.</param>
    /// <returns>One value for each output of the model; the caller disposes them.</returns>
    /// <inheritdoc cref="ToNamedValues" path="/exception"/>
    public static async ValueTask<NamedValues> RunAsync<T>(this IModelRunner runner, IReadOnlyList<T> rows, RunContext? context = null, CancellationToken cancellationToken = default)
        where T : IModelInput<T>
    {
        ArgumentNullException.ThrowIfNull(runner);
        await runner.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
        using NamedValues inputs = rows.ToNamedValues(runner.Info);
        return await runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
    }
}
